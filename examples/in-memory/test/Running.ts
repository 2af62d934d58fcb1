/**
 * The backend on a free port, empty.
 */
import { WebhookVerifier } from "@espalier/handler"
import * as Client from "@espalier/testing/ManagementClient"
import { Effect, Layer, Redacted, References } from "effect"
import * as Backend from "../src/Backend.ts"

export * from "@espalier/testing/ManagementClient"

export const apiKey = "ek_the-key-of-the-tests"

export const client = Layer.effect(
  Client.Backend,
  Effect.map(Backend.BackendUrl, (url) => ({ url, apiKey })),
)

export const running = client.pipe(
  Layer.provideMerge(
    Backend.layer({
      port: 0,
      verifier: WebhookVerifier.layerUnsigned,
      apiKey: Redacted.make(apiKey),
    }),
  ),
  Layer.provide(Layer.succeed(References.MinimumLogLevel, "Error")),
)
