/**
 * The sample product: the backend, the whitelabel server in front of it, and a simulated Mac that enrolls with it.
 *
 * `ESPALIER_BACKEND_PORT` (3000) and `ESPALIER_SERVER_PORT` (8080) say where they listen, on this machine only; 0 takes a free port.
 * `ESPALIER_LOG_LEVEL` (`Error`) shows more. What the server must remember is in a folder that goes when it stops, like all the rest.
 */
import { NodeHttpClient, NodeRuntime, NodeServices } from "@effect/platform-node"
import { WebhookVerifier } from "@espalier/handler"
import { EnrollmentToken, Server } from "@espalier/server"
import { Config, Console, Context, Duration, Effect, FileSystem, Layer, References, Schema } from "effect"
import { HttpServer, type HttpServerError } from "effect/http"
import * as Backend from "./Backend.ts"
import * as Conversation from "./Demo/Conversation.ts"
import * as ExampleDevice from "./Demo/ExampleDevice.ts"

const logLevel = Layer.effect(
  References.MinimumLogLevel,
  Config.LogLevel("ESPALIER_LOG_LEVEL").pipe(Config.withDefault("Error")),
)

const port = (variable: string, standard: number) =>
  Config.schema(Schema.FiniteFromString.check(Schema.isBetween({ minimum: 0, maximum: 65535 })), variable).pipe(
    Config.withDefault(standard),
  )

/** Both listen on this machine only, so the webhooks need no signature and can be tried with curl. */
const product = Effect.gen(function* () {
  const backendPort = yield* port("ESPALIER_BACKEND_PORT", 3000)
  const serverPort = yield* port("ESPALIER_SERVER_PORT", 8080)
  const dataDirectory = yield* (yield* FileSystem.FileSystem).makeTempDirectoryScoped({ prefix: "espalier-" })

  const backendLayer = Backend.layer({ port: backendPort, verifier: WebhookVerifier.layerUnsigned })
  const backend = Context.get(yield* Layer.build(backendLayer), Backend.BackendUrl)
  const serverLayer = Server.layer({
    port: serverPort,
    host: "127.0.0.1",
    backend: { baseUrl: backend },
    dataDirectory,
  })
  const { address } = Context.get(yield* Layer.build(serverLayer), HttpServer.HttpServer)
  const server = HttpServer.formatAddress(address)

  yield* ExampleDevice.enroll(backend)
  yield* Console.log(`ready: backend ${backend}, server ${server}`)
  yield* Conversation.play({ backend, link: yield* invitation(server, dataDirectory) })
  yield* Console.log(`Still running: stop it with Ctrl-C. Look around:
  ${backend}/webhook/reference   the webhooks, to browse
  ${backend}/api/devices         what the backend knows
  ${server}/ready                whether the server is`)
  return yield* Effect.never
})

/** What `espalier enrollment-token create` prints. */
const invitation = (server: string, dataDirectory: string) =>
  EnrollmentToken.create({ validity: Duration.hours(1), limit: 1, note: "npm start" }).pipe(
    Effect.provide(Server.state({ dataDirectory })),
    Effect.map((created) => EnrollmentToken.link(server, created)),
  )

const explained = (error: HttpServerError.ServeError | Config.ConfigError) =>
  Effect.andThen(
    Console.error(
      `Cannot start: ${error._tag === "ServeError" ? String(error.cause) : error.message}
Set ESPALIER_BACKEND_PORT and ESPALIER_SERVER_PORT to ports that are free, or to 0.`,
    ),
    Effect.sync(() => {
      process.exitCode = 1
    }),
  )

product.pipe(
  Effect.scoped,
  Effect.catchTag(["ServeError", "ConfigError"], explained),
  Effect.provide(NodeHttpClient.layerUndici),
  Effect.provide(NodeServices.layer),
  Effect.provide(logLevel),
  NodeRuntime.runMain,
)
