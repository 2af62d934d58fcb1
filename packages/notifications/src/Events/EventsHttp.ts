/**
 * Handles the events API.
 */
import { orDatabaseUnavailable } from "@espalier/api-keys"
import { notificationEvents, SubscriptionName } from "@espalier/schema"
import { Effect, Schema } from "effect"
import { HttpApi, HttpApiBuilder } from "effect/http-api"
import { Notifications } from "../Notifications.ts"
import * as EventExample from "./EventExample.ts"
import { type CatalogueEntry, EventsGroup } from "./EventsApi.ts"

const catalogue: ReadonlyArray<CatalogueEntry> = SubscriptionName.literals.map((name) => ({
  name,
  description: Schema.resolveAnnotations(notificationEvents[name])?.description ?? "",
  example: EventExample.of(name),
}))

/**
 * @category layers
 * @since 0.1.0
 */
export const layer = HttpApiBuilder.group(
  HttpApi.make("notifications").add(EventsGroup),
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
