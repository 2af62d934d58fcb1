/**
 * The webhooks as an Effect `HttpApi`, for OpenAPI, `HttpApiClient` and `HttpApiBuilder`.
 *
 * Paths have the prefix `/webhook`; a client prepends the backend's base URL.
 */
import { HttpApi, HttpApiEndpoint, HttpApiGroup, HttpApiSchema, OpenApi } from "effect/http-api"
import { normalizeForCodegen } from "./CodegenDocument.ts"
import { version } from "./Version.ts"
import { type PureSchema, type Webhook, webhooks } from "./Webhook.ts"
import { RequestError, WebhookError } from "./WebhookError.ts"
import { withTransport } from "./WebhookTransport.ts"

const errors = [...WebhookError.members, ...RequestError.members] as const

const endpoint = <
  const Name extends string,
  const Path extends Webhook["path"],
  Request extends PureSchema,
  Answer extends PureSchema,
>(
  name: Name,
  webhook: { readonly path: Path; readonly summary: string; readonly request: Request; readonly answer: Answer },
) =>
  HttpApiEndpoint.post(name, webhook.path, {
    payload: webhook.request,
    success: webhook.answer,
    error: errors,
  }).annotate(OpenApi.Summary, webhook.summary)

/**
 * The group of all webhooks.
 *
 * @category api
 * @since 0.1.0
 */
export class WebhookGroup extends HttpApiGroup.make("webhook", { topLevel: true })
  .add(
    HttpApiEndpoint.post("event", webhooks.event.path, {
      payload: webhooks.event.request,
      success: HttpApiSchema.NoContent,
      error: errors,
    }).annotate(OpenApi.Summary, webhooks.event.summary),
    endpoint("checkin", webhooks.checkin),
    endpoint("declarationTokens", webhooks.declarationTokens),
    endpoint("declarationItems", webhooks.declarationItems),
    endpoint("declaration", webhooks.declaration),
    endpoint("asset", webhooks.asset),
    endpoint("bootstrapToken", webhooks.bootstrapToken),
    endpoint("userAuthenticate", webhooks.userAuthenticate),
    endpoint("token", webhooks.token),
    endpoint("enroll", webhooks.enroll),
    endpoint("returnToService", webhooks.returnToService),
    endpoint("adopt", webhooks.adopt),
  )
  .annotateMerge(
    OpenApi.annotations({
      title: "webhooks",
      description: "Sent by the whitelabel server, answered by the management backend",
    }),
  ) {}

/**
 * The management webhook protocol.
 *
 * @category api
 * @since 0.1.0
 */
export class ManagementApi extends HttpApi.make("management")
  .add(WebhookGroup)
  .annotateMerge(
    OpenApi.annotations({
      title: "Espalier management webhooks",
      version,
      description: "The webhooks that a whitelabel server for Apple device management sends to your backend",
      license: { name: "MIT", identifier: "MIT" },
      transform: (document) => withTransport(normalizeForCodegen(document)),
    }),
  ) {}
