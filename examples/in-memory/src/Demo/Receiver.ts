/**
 * A customer's tool that receives all notifications of the sample product. It rejects some of them with 503, so that retries can be watched.
 */
import { Integrations } from "@espalier/notifications"
import { Receiver } from "@espalier/notifications/receiver"
import { SubscriptionName } from "@espalier/schema"
import { Effect, Layer } from "effect"
import { HttpRouter, HttpServerResponse } from "effect/http"
import { BackendUrl, workspace } from "../Workspace.ts"

const path = "/demo/receiver"

/** One of this many requests is rejected. */
const rejectEvery = 5

/**
 * Creates the integration and the route of its URL.
 *
 * @category layers
 */
export const layer = HttpRouter.use((router) =>
  Effect.gen(function* () {
    const integrations = yield* Integrations
    const url = `${yield* BackendUrl}${path}`
    const { secret } = yield* integrations.create(workspace, { url, events: SubscriptionName.literals })
    const receive = yield* Receiver.handler({ secrets: [secret], on: { otherwise: () => Effect.void } })
    let requests = 0
    yield* router.add(
      "POST",
      path,
      Effect.suspend(() => (++requests % rejectEvery === 0 ? Effect.succeed(busy) : receive)),
    )
  }),
).pipe(Layer.orDie)

const busy = HttpServerResponse.text("Busy", { status: 503 })
