/**
 * Deliveries over HTTP: each call is one of the service's.
 */
import { Effect } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import { Deliveries } from "../Deliveries.ts"
import { orUnavailable } from "./Availability.ts"
import { NotificationsApi } from "./NotificationsApi.ts"

/**
 * @category layers
 * @since 0.1.0
 */
export const layer = HttpApiBuilder.group(
  NotificationsApi,
  "deliveries",
  Effect.fnUntraced(function* (handlers) {
    const deliveries = yield* Deliveries

    return handlers.handleAll({
      list: ({ params, query }) => orUnavailable(deliveries.list(params.workspace, query)),
      statistics: ({ params, query }) => orUnavailable(deliveries.statistics(params.workspace, query)),
      replay: ({ params, payload }) => orUnavailable(deliveries.replay(params.workspace, payload)),
      get: ({ params }) => orUnavailable(deliveries.get(params.workspace, params.id)),
      attempts: ({ params }) => orUnavailable(deliveries.attempts(params.workspace, params.id)),
      retry: ({ params }) => orUnavailable(deliveries.retry(params.workspace, params.id)),
      health: ({ params }) => orUnavailable(deliveries.health(params.workspace)),
    })
  }),
)
