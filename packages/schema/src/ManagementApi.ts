/**
 * The webhooks as an Effect `HttpApi`, for OpenAPI, `HttpApiClient` and `HttpApiBuilder`.
 *
 * Paths have the prefix `/webhook`; a client prepends the backend's base URL.
 */
import { HttpApi, HttpApiEndpoint, HttpApiGroup, HttpApiSchema, OpenApi } from "effect/http-api"
import { normalizeForCodegen } from "./CodegenDocument.ts"
import { type WebhookName, webhooks } from "./Webhook.ts"
import { RequestError, WebhookError } from "./WebhookError.ts"

const errors = [...WebhookError.members, ...RequestError.members] as const

const endpoint = <Name extends Exclude<WebhookName, "event">>(name: Name) =>
  HttpApiEndpoint.post(name, webhooks[name].path, {
    payload: webhooks[name].request,
    success: webhooks[name].answer,
    error: errors,
  }).annotate(OpenApi.Summary, webhooks[name].summary)

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
    endpoint("checkin"),
    endpoint("declarationTokens"),
    endpoint("declarationItems"),
    endpoint("declaration"),
    endpoint("asset"),
    endpoint("bootstrapToken"),
    endpoint("userAuthenticate"),
    endpoint("token"),
    endpoint("enroll"),
    endpoint("returnToService"),
    endpoint("adopt"),
  )
  .annotateMerge(
    OpenApi.annotations({
      title: "Management webhooks",
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
      version: "1.0.0",
      description: "The webhooks that a whitelabel server for Apple device management sends to your backend",
      license: { name: "MIT" },
      transform: normalizeForCodegen,
    }),
  ) {}
