/**
 * Handles the deliveries API: each endpoint calls the operation of the same name.
 */
import { orDatabaseUnavailable } from "@espalier/api-keys"
import { Effect } from "effect"
import { HttpApi, HttpApiBuilder } from "effect/http-api"
import { Deliveries } from "./Deliveries.ts"
import { DeliveriesGroup } from "./DeliveriesApi.ts"

/**
 * @category layers
 * @since 0.1.0
 */
export const layer = HttpApiBuilder.group(
  HttpApi.make("notifications").add(DeliveriesGroup),
  "deliveries",
  Effect.fnUntraced(function* (handlers) {
    const deliveries = yield* Deliveries

    return handlers.handleAll({
      list: ({ params, query }) => orDatabaseUnavailable(deliveries.list(params.workspace, query)),
      statistics: ({ params, query }) => orDatabaseUnavailable(deliveries.statistics(params.workspace, query)),
      replay: ({ params, payload }) => orDatabaseUnavailable(deliveries.replay(params.workspace, payload)),
      previewReplay: ({ params, payload }) =>
        orDatabaseUnavailable(deliveries.previewReplay(params.workspace, payload)),
      retryAll: ({ params }) => orDatabaseUnavailable(deliveries.retryAll(params.workspace, params.id)),
      get: ({ params }) => orDatabaseUnavailable(deliveries.get(params.workspace, params.id)),
      attempts: ({ params }) => orDatabaseUnavailable(deliveries.attempts(params.workspace, params.id)),
      retry: ({ params }) => orDatabaseUnavailable(deliveries.retry(params.workspace, params.id)),
      health: ({ params }) => orDatabaseUnavailable(deliveries.health(params.workspace)),
    })
  }),
)
