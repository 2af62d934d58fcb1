/**
 * The backend alone, to try it with curl or behind a whitelabel server that runs elsewhere.
 *
 * `ESPALIER_BACKEND_PORT` (3000) is where it listens, on this machine only. `ESPALIER_WEBHOOK_SECRET` (`whsec_…`) is what the webhooks
 * must be signed with; unset, they are not checked. `ESPALIER_SAMPLE_KEY` is a key for the APIs; unset, one is made. `ESPALIER_DATABASE_URL` is where
 * integrations and deliveries are kept; unset, in memory.
 */
import { NodeRuntime } from "@effect/platform-node"
import { WebhookVerifier } from "@espalier/handler"
import { Config, Console, Effect, Layer, Option } from "effect"
import * as Backend from "./Backend.ts"
import * as SignIn from "./SignIn.ts"

const verifier = Layer.unwrap(
  Effect.map(Config.option(Config.Redacted("ESPALIER_WEBHOOK_SECRET")), (secret) =>
    Option.match(secret, {
      onNone: () => WebhookVerifier.layerUnsigned,
      onSome: (secret) => WebhookVerifier.layer({ secrets: [secret] }),
    }),
  ),
)

const backend = Layer.unwrap(
  Effect.gen(function* () {
    const port = yield* Config.withDefault(Config.Port("ESPALIER_BACKEND_PORT"), 3000)
    const apiKey = Option.getOrUndefined(yield* Config.option(Config.Redacted("ESPALIER_SAMPLE_KEY")))
    const databaseUrl = Option.getOrUndefined(yield* Config.option(Config.Redacted("ESPALIER_DATABASE_URL")))
    return Layer.effectDiscard(
      Effect.flatMap(SignIn.link(apiKey), (link) => Console.log(`The backend listens; look at it: ${link}`)),
    ).pipe(Layer.provide(Backend.layer({ port, verifier, databaseUrl, apiKey })))
  }),
)

Layer.launch(backend).pipe(NodeRuntime.runMain)
