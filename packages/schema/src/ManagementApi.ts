/**
 * The webhooks as an Effect `HttpApi`: for OpenAPI, for `HttpApiClient`, for those who build on `HttpApiBuilder`.
 *
 * Paths carry the `/webhook` prefix; a client prepends the backend's base URL.
 */
import { HttpApi, HttpApiEndpoint, HttpApiGroup, HttpApiSchema, OpenApi } from "effect/http-api"
import { forReaders } from "./OpenApiForReaders.ts"
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
      description: "Called by the whitelabel server, answered by the management backend",
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
      description: "What a whitelabel server for Apple device management asks your backend",
      license: { name: "MIT" },
      transform: forReaders,
    }),
  ) {}
