/**
 * Events over HTTP: the catalogue, as the schemas themselves tell it, and publishing.
 */
import { orDatabaseUnavailable } from "@espalier/api-keys"
import { notificationEvents, SubscriptionName } from "@espalier/schema"
import { Effect, Schema } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import * as Example from "../Example.ts"
import { Notifications } from "../Notifications.ts"
import type { CatalogueEntry } from "./EventsApi.ts"
import { NotificationsApi } from "./NotificationsApi.ts"

const catalogue: ReadonlyArray<CatalogueEntry> = SubscriptionName.literals.map((name) => ({
  name,
  description: Schema.resolveAnnotations(notificationEvents[name])?.description ?? "",
  example: Example.of(name),
}))

/**
 * @category layers
 * @since 0.1.0
 */
export const layer = HttpApiBuilder.group(
  NotificationsApi,
  "events",
  Effect.fnUntraced(function* (handlers) {
    const { publish } = yield* Notifications

    return handlers.handleAll({
      catalogue: () => Effect.succeed(catalogue),
      publish: ({ headers, params, payload }) =>
        orDatabaseUnavailable(publish(params.workspace, payload, { idempotencyKey: headers["idempotency-key"] })),
    })
  }),
)
