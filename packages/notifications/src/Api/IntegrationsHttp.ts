/**
 * Integrations over HTTP: each call is one of the service's.
 */
import { Effect } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import { Integrations } from "../Integrations.ts"
import { orUnavailable } from "./Availability.ts"
import { NotificationsApi } from "./NotificationsApi.ts"

/**
 * @category layers
 * @since 0.1.0
 */
export const layer = HttpApiBuilder.group(
  NotificationsApi,
  "integrations",
  Effect.fnUntraced(function* (handlers) {
    const integrations = yield* Integrations

    return handlers.handleAll({
      list: ({ params }) => orUnavailable(integrations.list(params.workspace)),
      create: ({ params, payload }) => orUnavailable(integrations.create(params.workspace, payload)),
      get: ({ params }) => orUnavailable(integrations.get(params.workspace, params.id)),
      edit: ({ params, payload }) => orUnavailable(integrations.edit(params.workspace, params.id, payload)),
      delete: ({ params }) => orUnavailable(integrations.delete(params.workspace, params.id)),
      enable: ({ params }) => orUnavailable(integrations.enable(params.workspace, params.id)),
      disable: ({ params }) => orUnavailable(integrations.disable(params.workspace, params.id)),
      rotateSecret: ({ params }) => orUnavailable(integrations.rotateSecret(params.workspace, params.id)),
      sendTest: ({ params, payload }) =>
        orUnavailable(integrations.sendTest(params.workspace, params.id, payload.event)),
    })
  }),
)
