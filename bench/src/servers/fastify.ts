/**
 * Fastify with its own validator and serializer, from JSON schemas.
 */
import fastify from "fastify"
import { decide, originPattern, path } from "../Job.ts"
import { announce } from "./Announce.ts"

const channel = {
  udid: { type: "string", minLength: 1 },
  enrollmentKind: { enum: ["device", "userEnrollment"] },
  identityCertificate: { type: "string" },
  mdmOrigin: {
    type: "object",
    required: ["url"],
    properties: { url: { type: "string", pattern: originPattern } },
  },
}

const body = {
  type: "object",
  required: ["scope"],
  properties: {
    scope: {
      type: "object",
      required: ["_tag"],
      discriminator: { propertyName: "_tag" },
      oneOf: [
        { required: ["_tag", "udid", "mdmOrigin"], properties: { _tag: { const: "device" }, ...channel } },
        {
          required: ["_tag", "udid", "userId", "mdmOrigin"],
          properties: {
            _tag: { const: "user" },
            ...channel,
            userId: { type: "string", minLength: 1 },
            userShortName: { type: "string" },
          },
        },
      ],
    },
  },
}

const response = { 200: { type: "object", properties: { _tag: { type: "string" } } } }

const app = fastify({ ajv: { customOptions: { discriminator: true, coerceTypes: false } } })

app.post<{ Body: { readonly scope: { readonly udid: string } } }>(
  path,
  { schema: { body, response } },
  async (request) => decide(request.body.scope),
)

await app.ready()
announce(app.server)
