/**
 * The definition of the notifications API: for the server, for typed clients, for OpenAPI. It runs in browsers, too.
 */
import { SessionGroup } from "@espalier/api-keys/api"
import { withNotificationWebhooks } from "@espalier/schema"
import { HttpApi, OpenApi } from "effect/http-api"
import { DeliveriesGroup } from "../Deliveries/DeliveriesApi.ts"
import { EventsGroup } from "../Events/EventsApi.ts"
import { IntegrationsGroup } from "../Integrations/IntegrationsApi.ts"

/**
 * @category api
 * @since 0.1.0
 */
export class NotificationsApi extends HttpApi.make("notifications")
  .add(SessionGroup)
  .add(IntegrationsGroup)
  .add(EventsGroup)
  .add(DeliveriesGroup)
  .annotateMerge(
    OpenApi.annotations({
      title: "Espalier notifications",
      version: "1.0.0",
      description: [
        "Webhook integrations of workspaces, and reliable deliveries.",
        "A request body with an unknown member is a problem with the type urn:espalier:problem:unknown-member (422).",
      ].join(" "),
      license: { name: "MIT" },
      transform: withNotificationWebhooks,
    }),
  ) {}
