/**
 * The backend alone, to try it with curl or behind a whitelabel server that runs elsewhere.
 *
 * `ESPALIER_BACKEND_PORT` (3000) is where it listens, on this machine only. `ESPALIER_WEBHOOK_SECRET` (`whsec_…`) is what the webhooks
 * must be signed with; unset, they are not checked.
 */
import { NodeRuntime } from "@effect/platform-node"
import { WebhookVerifier } from "@espalier/handler"
import { Config, Effect, Layer, Option } from "effect"
import * as Backend from "./Backend.ts"

const verifier = Layer.unwrap(
  Effect.map(Config.option(Config.Redacted("ESPALIER_WEBHOOK_SECRET")), (secret) =>
    Option.match(secret, {
      onNone: () => WebhookVerifier.layerUnsigned,
      onSome: (secret) => WebhookVerifier.layer({ secrets: [secret] }),
    }),
  ),
)

const backend = Layer.unwrap(
  Effect.map(Config.withDefault(Config.Port("ESPALIER_BACKEND_PORT"), 3000), (port) =>
    Backend.layer({ port, verifier }),
  ),
)

Layer.launch(
  Layer.effectDiscard(Effect.flatMap(Backend.BackendUrl, (url) => Effect.log(`The backend listens on ${url}`))).pipe(
    Layer.provide(backend),
  ),
).pipe(NodeRuntime.runMain)
