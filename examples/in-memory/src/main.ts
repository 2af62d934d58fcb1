/**
 * The sample product: the backend, the whitelabel server in front of it, and three simulated devices; `--no-demo` starts it without them.
 *
 * `ESPALIER_BACKEND_PORT` (3000) and `ESPALIER_SERVER_PORT` (8080) are the ports, on this machine only; 0 takes a free port. `ESPALIER_SAMPLE_KEY`
 * (`ek_…`) is a key for dashboard and APIs that stays the same after a restart. `ESPALIER_LOG_LEVEL` (`Error`) sets the log level. Data is stored in a
 * temporary folder, which is deleted at the end.
 */
import { join } from "node:path"
import { parseArgs } from "node:util"
import { NodeRuntime, NodeServices } from "@effect/platform-node"
import { ExchangeLog } from "@espalier/devices"
import { WebhookVerifier } from "@espalier/handler"
import { Server } from "@espalier/server"
import {
  Config,
  Console,
  Context,
  Deferred,
  Duration,
  Effect,
  FileSystem,
  Layer,
  Option,
  Redacted,
  References,
  Schema,
} from "effect"
import { HttpServer } from "effect/http"
import * as Backend from "./Backend.ts"
import * as Receiver from "./Demo/Receiver.ts"
import * as Scenario from "./Demo/Scenario.ts"
import * as EnrollmentLink from "./EnrollmentLink.ts"
import * as SignInLink from "./SignInLink.ts"
import { BackendUrl, browserUrl } from "./Workspace.ts"

const logLevel = Layer.effect(
  References.MinimumLogLevel,
  Config.LogLevel("ESPALIER_LOG_LEVEL").pipe(Config.withDefault("Error")),
)

const port = (variable: string, standard: number) =>
  Config.schema(Schema.FiniteFromString.check(Schema.isBetween({ minimum: 0, maximum: 65535 })), variable).pipe(
    Config.withDefault(standard),
  )

const sampleKey = Config.option(
  Config.schema(Schema.Redacted(Schema.String.check(Schema.isPattern(/^ek_[\w-]{16,}$/))), "ESPALIER_SAMPLE_KEY"),
)

class UsageError extends Schema.TaggedError<UsageError>()("UsageError", { message: Schema.String }) {}

const flags = Effect.try({
  try: () => parseArgs({ options: { "no-demo": { type: "boolean", default: false } } }).values,
  catch: () => new UsageError({ message: "npm start takes one flag, --no-demo: npm start -- --no-demo" }),
})

/** Both listen on this machine only, so webhooks need no signature and can be tried with curl. */
const product = Effect.gen(function* () {
  const isDemo = !(yield* flags)["no-demo"]
  const backendPort = yield* port("ESPALIER_BACKEND_PORT", 3000)
  const serverPort = yield* port("ESPALIER_SERVER_PORT", 8080)
  const apiKey = Option.getOrUndefined(yield* sampleKey)
  const dataDirectory = yield* (yield* FileSystem.FileSystem).makeTempDirectoryScoped({ prefix: "espalier-" })

  // The server needs the address of the backend, which creates links of the server.
  const serverUrl = yield* Deferred.make<string>()

  const backend = yield* Layer.build(
    Backend.layer({
      port: backendPort,
      verifier: WebhookVerifier.layerUnsigned,
      databaseUrl: Redacted.make(`sqlite://${encodeURI(join(dataDirectory, "notifications.db"))}`),
      apiKey,
      enrollmentLinks: EnrollmentLink.layer(Deferred.await(serverUrl)).pipe(
        Layer.provide(Layer.orDie(Server.state({ dataDirectory }))),
      ),
      ...(isDemo ? { more: Receiver.layer } : {}),
    }),
  )
  const serverOptions = {
    port: serverPort,
    host: "127.0.0.1",
    backend: { baseUrl: Context.get(backend, BackendUrl) },
    dataDirectory,
    onExchange: Context.get(backend, ExchangeLog).record,
  }
  const { address } = Context.get(yield* Layer.build(Server.layer(serverOptions)), HttpServer.HttpServer)
  const server = browserUrl(HttpServer.formatAddress(address))
  yield* Deferred.succeed(serverUrl, server)

  return yield* Effect.gen(function* () {
    const { url: link } = yield* EnrollmentLink.create(server, Duration.days(1)).pipe(
      Effect.provide(Server.state({ dataDirectory })),
    )
    yield* Console.log(`The sample product is running.

  dashboard   ${yield* SignInLink.create(apiKey)}
  enroll      ${link}

${isDemo ? "It has three simulated devices: an iPhone, a Mac and a Shared iPad. " : ""}Stop it with Ctrl-C; all data is deleted then.`)
    if (isDemo) yield* Scenario.run(link)
    return yield* Effect.never
  }).pipe(Effect.provide(backend))
})

const ports = "Set ESPALIER_BACKEND_PORT and ESPALIER_SERVER_PORT to ports that are free, or to 0."

product.pipe(
  Effect.scoped,
  Effect.catch((error) =>
    Effect.andThen(
      Console.error(
        `Cannot start: ${error._tag === "ServeError" ? `${String(error.cause)}\n${ports}` : error.message}`,
      ),
      Effect.sync(() => {
        process.exitCode = 1
      }),
    ),
  ),
  Effect.provide(NodeServices.layer),
  Effect.provide(logLevel),
  NodeRuntime.runMain,
)
