/**
 * `espalier notifications serve`: runs the HTTP API and a delivery worker. It uses plain HTTP: a reverse proxy terminates TLS.
 */
import { createServer } from "node:http"
import { NodeHttpServer } from "@effect/platform-node"
import { ApiKeys } from "@espalier/api-keys"
import {
  Notifications,
  NotificationsHttp,
  type OperationalWebhookOptions,
  PushCertificateWatch,
} from "@espalier/notifications"
import { Array, Context, Duration, Effect, Layer, Option } from "effect"
import { Command } from "effect/cli"
import { HttpRouter, HttpServer } from "effect/http"
import * as Files from "../Files.ts"
import * as Observability from "../Observability.ts"
import * as SecretsKeys from "../SecretsKeys.ts"
import * as StartError from "../StartError.ts"
import * as UserError from "../UserError.ts"
import * as Probes from "./Probes.ts"
import { flags, type NotificationsServeOptions } from "./ServeFlags.ts"
import * as Storage from "./Storage.ts"

/**
 * Runs until it receives SIGTERM or SIGINT, then finishes the requests and delivery attempts in progress.
 *
 * @category commands
 * @since 0.1.0
 */
export const serve = Command.make("serve", flags, (options) =>
  Effect.gen(function* () {
    const { address } = yield* started(options)
    yield* Effect.logInfo(`ready: ${HttpServer.formatAddress(address)}`)
    return yield* Effect.never
  }).pipe(Effect.scoped, Effect.provide(Observability.layer("espalier-notifications", options))),
).pipe(
  Command.withDescription("Run the notifications service: its HTTP API and deliveries"),
  Command.withExamples([
    { command: "espalier notifications serve", description: "With a SQLite file" },
    {
      command:
        "espalier notifications serve --host 127.0.0.1 --database-url postgres://espalier@db.example.com/espalier --secrets-key-file /etc/espalier/secrets.key",
      description: "One of several instances behind a reverse proxy that terminates TLS",
    },
  ]),
)

/** An error at the start becomes a message that names the flag. */
const started = (options: NotificationsServeOptions) =>
  Effect.gen(function* () {
    const context = yield* Layer.build(
      service(options, {
        watching: yield* watch(options),
        pageOrigins: yield* pageOrigins(options),
        operationalWebhook: yield* operationalWebhook(options),
      }),
    )
    const keys = yield* Context.get(context, ApiKeys).list
    if (!keys.some(({ revokedAt }) => revokedAt === null)) {
      yield* Effect.logWarning("The API has no key. Create one with: espalier notifications key create")
    }
    return Context.get(context, HttpServer.HttpServer)
  }).pipe(Effect.mapError((error) => (error._tag === "UserError" ? error : UserError.make(StartError.message(error)))))

const service = (options: NotificationsServeOptions, { watching, pageOrigins, operationalWebhook }: Checked) =>
  HttpRouter.serve(Layer.merge(NotificationsHttp.layer({ pageOrigins }), Probes.layer), {
    routerConfig,
    disableListenLog: true,
  }).pipe(
    Layer.merge(watching),
    Layer.provideMerge(ApiKeys.layer),
    Layer.provide(
      Notifications.layer({
        addresses: { allow: options.allowAddress, allowHttp: options.allowHttp },
        worker: options.worker && {
          concurrency: options.concurrency,
          ratePerSecond: options.rate,
          timeout: options.timeout,
          // The first attempt is immediate.
          ...(Array.isReadonlyArrayNonEmpty(options.retryDelay)
            ? { retryDelays: Array.prepend(options.retryDelay, Duration.zero) }
            : {}),
        },
        retention: options.retention,
        operationalWebhook,
      }),
    ),
    Layer.provide(SecretsKeys.layer(options)),
    Layer.provide(Storage.database(options)),
    Layer.provideMerge(listener(options)),
  )

/** The name of a workspace has up to 255 characters, each up to 12 characters in a URL. */
const routerConfig = { maxParamLength: 4096 }

const listener = ({ host, port }: NotificationsServeOptions) =>
  NodeHttpServer.layer(
    () => {
      const server = createServer({
        headersTimeout: 15_000,
        requestTimeout: 60_000,
        connectionsCheckingInterval: 5_000,
      })
      server.maxConnections = 10_000
      return server
    },
    { port, ...(Option.isSome(host) ? { host: host.value } : {}), gracefulShutdownTimeout: "20 seconds" },
  )

/** An origin exactly as browsers send it: any other text would never match. */
const pageOrigins = ({ pageOrigin }: NotificationsServeOptions) =>
  Effect.forEach(pageOrigin, (origin) =>
    URL.parse(origin)?.origin === origin
      ? Effect.succeed(origin)
      : Effect.fail(
          UserError.make(`--page-origin: "${origin}" is not an origin such as https://dashboard.example.com`),
        ),
  )

/** The vendor's address for operational events, if there is one. */
const operationalWebhook = Effect.fnUntraced(function* ({
  operationalWebhookUrl: url,
  operationalWebhookSecret: secret,
}: NotificationsServeOptions) {
  if (Option.isNone(url)) return undefined
  if (Option.isNone(secret)) {
    return yield* UserError.make("--operational-webhook-secret: required together with --operational-webhook-url")
  }
  return { url: url.value, secret: secret.value }
})

/** The watch of push certificates, if there are any. It reads the files again for every check. */
const watch = Effect.fnUntraced(function* ({ pushCertificate: paths, ...options }: NotificationsServeOptions) {
  if (!Array.isReadonlyArrayNonEmpty(paths)) return Layer.empty
  const needed = <A>(flag: string, value: Option.Option<A>) =>
    Option.match(value, {
      onNone: () => Effect.fail(UserError.make(`--${flag}: required together with --push-certificate`)),
      onSome: Effect.succeed,
    })
  const appleId = yield* needed("apple-id", options.appleId)
  return PushCertificateWatch.layer({
    workspace: yield* needed("workspace", options.workspace),
    organization: {
      id: yield* needed("organization-id", options.organizationId),
      name: yield* needed("organization-name", options.organizationName),
      url: yield* needed("organization-url", options.organizationUrl),
    },
    certificates: Effect.forEach(paths, (path) =>
      Effect.map(Files.text("push-certificate", path), (pem) => ({ pem, appleId })),
    ),
  })
})

/** Flags after validation. */
interface Checked {
  readonly watching: Effect.Success<ReturnType<typeof watch>>
  readonly pageOrigins: ReadonlyArray<string>
  readonly operationalWebhook: OperationalWebhookOptions | undefined
}
