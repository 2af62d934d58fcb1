/**
 * What the OpenAPI document of the webhooks says about their transport: the base URL, and the headers of Standard Webhooks.
 *
 * It is not part of the `HttpApi`: a client signs a request after it was encoded, and a handler verifies it before it is decoded.
 */

const headers = {
  WebhookId: {
    name: "webhook-id",
    description: "The same in every attempt of one call. Present when the server signs its calls",
  },
  WebhookTimestamp: {
    name: "webhook-timestamp",
    description:
      "When this attempt was signed, in Unix seconds. Reject one that differs more than five minutes from your clock",
  },
} as const

const signature = {
  type: "apiKey",
  in: "header",
  name: "webhook-signature",
  description:
    "Standard Webhooks: `v1,` and the base64 of the HMAC-SHA256 of `{webhook-id}.{webhook-timestamp}.{body}`, or `v1a,` and an ed25519 signature; several, separated by spaces, during a rotation. Absent when the server has no secret",
} as const

const servers = [
  {
    url: "{base}",
    description: "The base URL of your backend, as in --webhook-url",
    variables: { base: { default: "http://localhost:3000" } },
  },
]

/**
 * Adds `servers`, the headers of every webhook and the security scheme to a document.
 *
 * @category openapi
 * @since 0.1.0
 */
export const withTransport = (document: Record<string, unknown>): Record<string, unknown> => {
  const parameters = Object.keys(headers).map((name) => ({ $ref: `#/components/parameters/${name}` }))
  const paths = Object.entries(Object(document["paths"])).map(([path, item]) => {
    const { parameters: _none, security: _open, ...operation } = Object(item).post
    return [path, { post: { ...operation, parameters } }]
  })
  return {
    ...document,
    servers,
    paths: Object.fromEntries(paths),
    components: {
      ...Object(document["components"]),
      parameters: Object.fromEntries(
        Object.entries(headers).map(([name, { name: header, description }]) => [
          name,
          { name: header, in: "header", required: false, description, schema: { type: "string" } },
        ]),
      ),
      securitySchemes: { StandardWebhooks: signature },
    },
    security: [{ StandardWebhooks: [] }, {}],
  }
}
