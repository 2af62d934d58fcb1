/**
 * The notifications' HTTP API as a definition: for the server, for typed clients, for OpenAPI. It runs in browsers too.
 */
import { SessionGroup } from "@espalier/api-keys/api"
import { withNotificationWebhooks } from "@espalier/schema"
import { HttpApi, HttpApiMiddleware, OpenApi } from "effect/http-api"
import { DeliveriesGroup } from "./DeliveriesApi.ts"
import { EventsGroup } from "./EventsApi.ts"
import { IntegrationsGroup } from "./IntegrationsApi.ts"

/**
 * @category api
 * @since 0.1.0
 */
export class NotificationsApi extends HttpApi.make("notifications")
  .add(SessionGroup)
  .add(IntegrationsGroup)
  .add(EventsGroup)
  .add(DeliveriesGroup)
  .middleware(HttpApiMiddleware.ProblemDetails)
  .annotateMerge(
    OpenApi.annotations({
      title: "Espalier notifications",
      version: "1.0.0",
      description: "Webhook integrations of workspaces, and deliveries that never get lost",
      license: { name: "MIT" },
      transform: withNotificationWebhooks,
    }),
  ) {}
