/**
 * The notifications as OpenAPI 3.1 `webhooks`, one for each subscription, for receivers that generate code.
 *
 * The `HttpApi` here is never served. Its paths are the names of the subscriptions, which the document lists under `webhooks`. The body and the
 * three headers of Standard Webhooks are the same for every receiver; the URL is the receiver's.
 *
 * @see https://spec.openapis.org/oas/v3.1.0#fixed-fields
 */
import { Schema } from "effect"
import { HttpApi, HttpApiEndpoint, HttpApiGroup, OpenApi } from "effect/http-api"
import { normalizeForCodegen } from "../CodegenDocument.ts"
import { version } from "../Version.ts"
import { notificationEvents, type SubscriptionName } from "./NotificationEvent.ts"

const headers = {
  "webhook-id": Schema.String.annotate({
    description: "The same in every attempt to deliver this event: ignore an id that you have processed",
  }),
  "webhook-timestamp": Schema.String.annotate({
    description:
      "When this attempt was signed, in Unix seconds. Reject one that differs more than five minutes from your clock",
  }),
  "webhook-signature": Schema.String.annotate({
    description:
      "`v1,` and the base64 of the HMAC-SHA256 of `{webhook-id}.{webhook-timestamp}.{body}`; several, separated by spaces, during a rotation",
  }),
}

/** The meaning of a receiver's response. */
const responses = {
  "2XX": { description: "Delivered" },
  "410": { description: "The receiver is gone: the integration is disabled" },
  default: { description: "Failed: delivery is retried for some days, after `Retry-After` if present" },
}

const webhook = <Name extends SubscriptionName>(name: Name) =>
  HttpApiEndpoint.post(name, `/${name}`, { headers, payload: notificationEvents[name] }).annotateMerge(
    OpenApi.annotations({
      identifier: name,
      summary: Schema.resolveAnnotations(notificationEvents[name])?.description ?? name,
      override: { responses },
    }),
  )

class NotificationGroup extends HttpApiGroup.make("notifications", { topLevel: true })
  .add(
    webhook("enrollment_token_created"),
    webhook("device_enrolled"),
    webhook("device_added_mdm_user"),
    webhook("apple_push_certification_renovation"),
    webhook("inventory_item"),
  )
  .annotateMerge(
    OpenApi.annotations({
      title: "Notifications",
      description: "Sent to the URL of every integration that subscribes to the event",
    }),
  ) {}

const asWebhooks = ({ paths, ...document }: Record<string, unknown>): Record<string, unknown> =>
  normalizeForCodegen({
    ...document,
    webhooks: Object.fromEntries(Object.entries(Object(paths)).map(([path, item]) => [path.slice(1), item])),
  })

/**
 * @category api
 * @since 0.1.0
 */
export class NotificationWebhooks extends HttpApi.make("notification-webhooks")
  .add(NotificationGroup)
  .annotateMerge(
    OpenApi.annotations({
      title: "Espalier notification webhooks",
      version,
      description: "The events that are sent to a workspace's integrations, signed as Standard Webhooks defines",
      license: { name: "MIT", identifier: "MIT" },
      transform: asWebhooks,
    }),
  ) {}

/**
 * Adds the notifications to another document, under `webhooks`, with their components, and normalizes it for code generators.
 *
 * @category openapi
 * @since 0.1.0
 */
export const withNotificationWebhooks = (document: Record<string, unknown>): Record<string, unknown> => {
  const { webhooks, components, tags } = Object(OpenApi.fromApi(NotificationWebhooks))
  const own = normalizeForCodegen(document)
  const ownComponents = Object(own["components"])
  return {
    ...own,
    webhooks,
    components: { ...ownComponents, schemas: { ...components.schemas, ...ownComponents.schemas } },
    tags: [...Object(own["tags"]), ...tags],
  }
}
