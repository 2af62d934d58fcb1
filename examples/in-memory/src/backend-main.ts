/**
 * The backend alone, for trials with curl or with a whitelabel server that runs elsewhere.
 *
 * `ESPALIER_BACKEND_PORT` (3000) is its port, on this machine only. `ESPALIER_WEBHOOK_SECRET` (`whsec_…`) is the secret that webhooks must be signed
 * with; without it they are not verified. `ESPALIER_SAMPLE_KEY` is a key for the APIs; without it a new one is created. `ESPALIER_DATABASE_URL` is
 * the database of integrations and deliveries; without it they are in memory. The keys that seal their secrets are in the file
 * `ESPALIER_SECRETS_KEY_FILE` (`.espalier/secrets.key`), which is created if it does not exist.
 */
import { NodeRuntime } from "@effect/platform-node"
import { WebhookVerifier } from "@espalier/handler"
import { SealingKeyFile } from "@espalier/sql"
import { Config, Console, Effect, Layer, Option } from "effect"
import * as Backend from "./Backend.ts"
import * as SignInLink from "./SignInLink.ts"

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
    const keyFile = yield* Config.withDefault(Config.String("ESPALIER_SECRETS_KEY_FILE"), ".espalier/secrets.key")
    return Layer.effectDiscard(
      Effect.flatMap(SignInLink.create(apiKey), (link) => Console.log(`The backend is listening. Dashboard: ${link}`)),
    ).pipe(
      Layer.provide(
        Backend.layer({
          port,
          verifier,
          apiKey,
          ...(databaseUrl === undefined ? {} : { databaseUrl, sealing: SealingKeyFile.layer(keyFile) }),
        }),
      ),
    )
  }),
)

Layer.launch(backend).pipe(NodeRuntime.runMain)
