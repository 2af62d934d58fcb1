/**
 * A customer's tool that listens to all notifications of the sample, so that deliveries can be watched: it takes most of them and now and then
 * has no time, which the delivery makes good.
 */
import { Integrations } from "@espalier/notifications"
import { Receiver } from "@espalier/notifications/receiver"
import { SubscriptionName } from "@espalier/schema"
import { Effect, Layer } from "effect"
import { HttpRouter, HttpServerResponse } from "effect/http"
import { BackendUrl, workspace } from "../Workspace.ts"

const path = "/demo/receiver"

/** One request of so many is turned away. */
const patience = 5

/**
 * Makes the integration, and the route that it points to.
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
      Effect.suspend(() => (++requests % patience === 0 ? Effect.succeed(busy) : receive)),
    )
  }),
).pipe(Layer.orDie)

const busy = HttpServerResponse.text("Not now", { status: 503 })
