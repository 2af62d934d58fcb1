/**
 * The notifications as OpenAPI 3.1 knows them: its `webhooks`, one a subscription, for receivers who generate their code.
 *
 * Here an `HttpApi` that nobody serves: paths are the subscriptions' names, which the document shows under `webhooks`. What is posted, and the
 * three headers of Standard Webhooks that come with it, are the same for every receiver; where to is the receiver's own affair.
 *
 * @see https://spec.openapis.org/oas/v3.1.0#fixed-fields
 */
import { Schema } from "effect"
import { HttpApi, HttpApiEndpoint, HttpApiGroup, OpenApi } from "effect/http-api"
import { forReaders } from "../OpenApiForReaders.ts"
import { notificationEvents, type SubscriptionName } from "./NotificationEvent.ts"

const headers = {
  "webhook-id": Schema.String.annotate({
    description: "The same on every try of this event: whoever has seen it need do nothing",
  }),
  "webhook-timestamp": Schema.String.annotate({
    description: "When this try was signed, in Unix seconds. Refuse one that is more than five minutes off",
  }),
  "webhook-signature": Schema.String.annotate({
    description:
      "`v1,` and the base64 of the HMAC-SHA256 of `{webhook-id}.{webhook-timestamp}.{body}`; several, separated by spaces, while a secret is rotated",
  }),
}

/** What a receiver's answer does. */
const responses = {
  "2XX": { description: "Delivered" },
  "410": { description: "No more of these, please: the integration is disabled" },
  default: { description: "To be tried again, by and by for some days; not before `Retry-After`, where that is said" },
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
    OpenApi.annotations({ title: "Notifications", description: "Posted to the URL of an integration that subscribes" }),
  ) {}

const asWebhooks = ({ paths, ...document }: Record<string, unknown>): Record<string, unknown> =>
  forReaders({
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
      title: "Espalier notifications: webhooks",
      version: "1.0.0",
      description: "What a workspace's integrations are posted, signed as Standard Webhooks has it",
      license: { name: "MIT" },
      transform: asWebhooks,
    }),
  ) {}

/**
 * Puts the notifications under `webhooks` of another document, with the components that they need, and makes it one for readers.
 *
 * @category openapi
 * @since 0.1.0
 */
export const withNotificationWebhooks = (document: Record<string, unknown>): Record<string, unknown> => {
  const { webhooks, components, tags } = Object(OpenApi.fromApi(NotificationWebhooks))
  const own = forReaders(document)
  const ownComponents = Object(own["components"])
  return {
    ...own,
    webhooks,
    components: { ...ownComponents, schemas: { ...components.schemas, ...ownComponents.schemas } },
    tags: [...Object(own["tags"]), ...tags],
  }
}
