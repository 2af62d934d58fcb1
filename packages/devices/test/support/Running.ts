/**
 * The webhooks and the Devices API of this package on a free port, in memory.
 */
import { createServer } from "node:http"
import { NodeHttpServer } from "@effect/platform-node"
import { ApiKeys, AuthorizationHttp } from "@espalier/api-keys"
import { Handler, Webhooks, WebhookVerifier } from "@espalier/handler"
import { Database } from "@espalier/sql"
import { Backend } from "@espalier/testing/ManagementClient"
import { Effect, Layer, type LogLevel, Redacted, References } from "effect"
import { HttpRouter, HttpServer } from "effect/http"
import {
  DeviceHooks,
  DevicesHttp,
  DevicesMemory,
  DeviceWebhooks,
  EnrollmentLinks,
  ExchangeLog,
} from "../../src/index.ts"

export * from "@espalier/testing/ManagementClient"

const handlers = Handler.layer({
  ...Handler.optionalNotSupported,
  ...DeviceWebhooks.functions,
  enroll: () => Effect.succeed({ _tag: "Allow" }),
})

const backend = Layer.effect(
  Backend,
  Effect.gen(function* () {
    const { address } = yield* HttpServer.HttpServer
    const { key } = yield* (yield* ApiKeys).create({ workspace: "example", note: "tests" })
    return { url: HttpServer.formatAddress(address), apiKey: Redacted.value(key) }
  }),
)

/** Streams end before the server waits for open requests. */
const endStreams = Layer.effectDiscard(Effect.flatMap(ExchangeLog, ({ end }) => Effect.addFinalizer(() => end)))

/** The backend over these services, with a verifier of webhooks. */
export const runningWith = <E>(
  services: typeof DevicesMemory.layer,
  verifier: Layer.Layer<WebhookVerifier, E>,
  logLevel: LogLevel.LogLevel = "Error",
) =>
  endStreams.pipe(
    Layer.provideMerge(
      HttpRouter.serve(
        Layer.merge(
          Webhooks.layer.pipe(Layer.provide(handlers)),
          DevicesHttp.layer.pipe(Layer.provide(AuthorizationHttp.layer())),
        ),
        { disableLogger: true, disableListenLog: true },
      ),
    ),
    Layer.provide([verifier, DeviceHooks.layerEmpty]),
    Layer.provideMerge(Layer.mergeAll(services, backend, EnrollmentLinks.layerNotSupported)),
    Layer.provide(
      NodeHttpServer.layer(createServer, { host: "127.0.0.1", port: 0, gracefulShutdownTimeout: "1 second" }),
    ),
    Layer.provide(ApiKeys.layer),
    Layer.provide(Database.layer({ url: Redacted.make("sqlite::memory:") })),
    Layer.provide(Layer.succeed(References.MinimumLogLevel, logLevel)),
  )

export const running = runningWith(DevicesMemory.layer, WebhookVerifier.layerUnsigned)
