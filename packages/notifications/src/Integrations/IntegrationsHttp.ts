/**
 * Handles the integrations API: each endpoint calls the operation of the same name.
 */
import { orDatabaseUnavailable } from "@espalier/api-keys"
import { Duration, Effect } from "effect"
import { HttpApi, HttpApiBuilder } from "effect/http-api"
import { Integrations } from "./Integrations.ts"
import { IntegrationsGroup } from "./IntegrationsApi.ts"

/**
 * @category layers
 * @since 0.1.0
 */
export const layer = HttpApiBuilder.group(
  HttpApi.make("notifications").add(IntegrationsGroup),
  "integrations",
  Effect.fnUntraced(function* (handlers) {
    const integrations = yield* Integrations

    return handlers.handleAll({
      list: ({ params }) => orDatabaseUnavailable(integrations.list(params.workspace)),
      create: ({ headers, params, payload }) =>
        orDatabaseUnavailable(
          integrations.create(params.workspace, payload, { idempotencyKey: headers["idempotency-key"] }),
        ),
      get: ({ params }) => orDatabaseUnavailable(integrations.get(params.workspace, params.id)),
      edit: ({ params, payload }) => orDatabaseUnavailable(integrations.edit(params.workspace, params.id, payload)),
      delete: ({ params }) => orDatabaseUnavailable(integrations.delete(params.workspace, params.id)),
      enable: ({ params }) => orDatabaseUnavailable(integrations.enable(params.workspace, params.id)),
      disable: ({ params }) => orDatabaseUnavailable(integrations.disable(params.workspace, params.id)),
      rotateSecret: ({ params, query: { overlap } }) =>
        orDatabaseUnavailable(
          integrations.rotateSecret(
            params.workspace,
            params.id,
            overlap === undefined ? {} : { overlap: Duration.seconds(overlap) },
          ),
        ),
      sendTest: ({ params, payload }) =>
        orDatabaseUnavailable(integrations.sendTest(params.workspace, params.id, payload.event)),
    })
  }),
)
