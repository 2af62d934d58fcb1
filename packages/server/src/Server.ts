/**
 * The whitelabel server: Apple's protocol for devices, webhooks for your backend.
 *
 * **Example**
 *
 * ```ts
 * import { Server } from "@espalier/server"
 * import { Layer } from "effect"
 *
 * const Mdm = Server.layer({
 *   port: 8080,
 *   origins: ["https://mdm.example.com"],
 *   backend: { baseUrl: "https://backend.example.com" },
 *   dataDirectory: "/var/lib/espalier",
 * })
 * export const main = Layer.launch(Mdm)
 * ```
 */
import { resolve } from "node:path"
import { NodeHttpClient } from "@effect/platform-node"
import { type Certificate, Push } from "@espalier/apple"
import { NotFound } from "@espalier/http"
import type { EnrollmentBranding } from "@espalier/schema"
import { Database, type DatabaseError, type Migrations } from "@espalier/sql"
import { Array, Config, Effect, Layer, Redacted } from "effect"
import { HttpRouter, type HttpServer, type HttpServerError, UrlParams } from "effect/http"
import { PrometheusMetrics } from "effect/observability"
import type { SqlError } from "effect/sql"
import * as AssetRoute from "./Assets/AssetRoute.ts"
import { type BackendOptions, type InvalidBackendOptions, ManagementBackend } from "./Backend/index.ts"
import * as Discovery from "./Enrollment/Discovery.ts"
import * as EnrollmentRoute from "./Enrollment/EnrollmentRoute.ts"
import { type EnrollmentOptions, EnrollmentSettings } from "./Enrollment/EnrollmentSettings.ts"
import * as ExchangeRecorder from "./Exchanges/ExchangeRecorder.ts"
import * as ConfiguredKeys from "./Http/ConfiguredKeys.ts"
import * as Drain from "./Http/Drain.ts"
import * as Health from "./Http/Health.ts"
import * as Listener from "./Http/Listener.ts"
import { type InvalidOrigin, Origins } from "./Http/Origins.ts"
import * as Readiness from "./Http/Readiness.ts"
import * as Telemetry from "./Http/Telemetry.ts"
import { Authority, type AuthorityError } from "./Identity/Authority.ts"
import { DeviceIdentity, type IdentityOptions } from "./Identity/DeviceIdentity.ts"
import * as ExpiryWatch from "./Identity/ExpiryWatch.ts"
import * as IdentitiesHttp from "./Identity/IdentitiesHttp.ts"
import * as MdmRoute from "./Mdm/MdmRoute.ts"
import { MdmService } from "./Mdm/MdmService.ts"
import * as PushHttp from "./Push/PushHttp.ts"
import * as ScepRoute from "./Scep/ScepRoute.ts"
import { StoreSql } from "./Store/index.ts"

/**
 * The routes that devices call, for an app that has an `HttpRouter`.
 *
 * @category layers
 * @since 0.1.0
 */
export const routes = Layer.mergeAll(
  EnrollmentRoute.layer,
  Discovery.layer,
  ScepRoute.layer,
  MdmRoute.layer.pipe(Layer.provide(MdmService.layer)),
  AssetRoute.layer,
  Health.layer,
  Readiness.layer,
)

const endpoints: ReadonlyArray<NotFound.Endpoint> = [
  { method: "PUT", path: "/mdm/apple/mdm" },
  { method: "GET", path: "/mdm/apple/assets/:identifier" },
  { method: "HEAD", path: "/mdm/apple/assets/:identifier" },
  ...["GET", "HEAD", "POST"].map((method) => ({ method, path: "/mdm/apple/enroll" })),
  ...["/mdm/apple/enroll/byod", "/mdm/apple/enroll/adde"].map((path) => ({ method: "POST", path })),
  { method: "GET", path: "/.well-known/com.apple.remotemanagement" },
  ...["/mdm/apple/scep", "/mdm/apple/scep/*"].flatMap((path) =>
    ["GET", "HEAD", "POST"].map((method) => ({ method, path })),
  ),
  ...["/health", "/ready", "/metrics"].flatMap((path) => ["GET", "HEAD"].map((method) => ({ method, path }))),
]

const identityEndpoints: ReadonlyArray<NotFound.Endpoint> = [
  { method: "GET", path: "/api/identities/expiring" },
  { method: "POST", path: "/api/identities/renewal-profile" },
  { method: "GET", path: "/api/identities/openapi.json" },
]

const pushEndpoints: ReadonlyArray<NotFound.Endpoint> = [
  { method: "POST", path: "/api/push" },
  { method: "GET", path: "/api/push/openapi.json" },
]

/**
 * The options of a server.
 *
 * @category options
 * @since 0.1.0
 */
export interface ServerOptions extends Listener.ListenerOptions {
  readonly backend: BackendOptions
  /** Contains the certificate authority (`scep-ca.json`) and, without `databaseUrl`, the SQLite file. Created when it does not exist. */
  readonly dataDirectory: string
  /** `postgres://…` for several servers; `sqlite:…` for a file in another place. */
  readonly databaseUrl?: Redacted.Redacted | string | undefined
  /**
   * The origins that devices call, such as `https://mdm.example.com`. A request for another host is rejected. Default: this machine's own
   * names for the port, such as `http://localhost:8080`.
   */
  readonly origins?: ReadonlyArray<string> | undefined
  /** Default: required, from the signature of the message or from mutual TLS that this server terminates. */
  readonly identity?: Partial<IdentityOptions> | undefined
  /** Default: only with an enrollment token. */
  readonly enrollment?: {
    readonly mode?: EnrollmentOptions["mode"] | undefined
    readonly branding?: EnrollmentBranding | undefined
    readonly signer?: EnrollmentOptions["signer"]
    readonly tlsRoots?: ReadonlyArray<Certificate.Certificate> | undefined
    /** Authorities that sign the `MachineInfo` of devices, instead of Apple's. */
    readonly deviceRoots?: EnrollmentOptions["deviceRoots"]
    /** The optional webhooks that the profile announces. Default: the server asks the backend. */
    readonly capabilities?: EnrollmentOptions["capabilities"]
    /** The push topic, where there is no push certificate. */
    readonly topic?: string | undefined
  }
  /** Whether the server itself offers devices the renewal of an identity that expires within 30 days. Default: the backend does. */
  readonly renewIdentities?: boolean | undefined
  /** Push certificates. Without them the server cannot wake devices. */
  readonly push?: Push.PushOptions | undefined
  /** The bearer keys of the HTTP APIs: `/api/identities` and, with push certificates, `/api/push`. Without a key there are no APIs. */
  readonly apiKeys?: ReadonlyArray<Redacted.Redacted | string> | undefined
  /** Receives every exchange with a device when it has ended, without secrets. It can be slow or fail without affecting the exchange. */
  readonly onExchange?: ExchangeRecorder.OnExchange | undefined
}

/**
 * Why a server does not start. Each message says what to do.
 *
 * @category errors
 * @since 0.1.0
 */
export type StartError =
  | AuthorityError
  | DatabaseError
  | HttpServerError.ServeError
  | InvalidBackendOptions
  | InvalidOrigin
  | Listener.TlsError
  | Migrations.MigrationError
  | Push.InvalidPushOptions
  | SqlError.SqlError

/** The topic of a profile without a push certificate. */
const noTopic = "com.apple.mgmt.External.none"

/**
 * Runs a server until the layer is released: then running requests are finished, new ones get 503 with `Retry-After`, and the port is closed.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer = (options: ServerOptions): Layer.Layer<HttpServer.HttpServer, StartError> =>
  Layer.unwrap(
    Effect.gen(function* () {
      const drain = yield* Drain.make
      const push = options.push === undefined ? undefined : yield* Push.make(options.push)
      const [certificate] = push === undefined ? [] : yield* push.certificateExpiry
      const keys = options.apiKeys ?? []
      const apis = Array.isReadonlyArrayNonEmpty(keys)
        ? Layer.merge(
            IdentitiesHttp.layer,
            push === undefined ? Layer.empty : PushHttp.layer.pipe(Layer.provide(Layer.succeed(Push.Push, push))),
          ).pipe(Layer.provide(ConfiguredKeys.layer(keys)))
        : Layer.empty
      const devices = Layer.mergeAll(
        // First, and so around the others: a rejected request is an exchange, too.
        options.onExchange === undefined ? Layer.empty : ExchangeRecorder.layer(options.onExchange),
        routes,
        NotFound.layer({
          endpoints: [
            ...endpoints,
            ...(keys.length === 0 ? [] : identityEndpoints),
            ...(keys.length === 0 || push === undefined ? [] : pushEndpoints),
          ],
          respond: Telemetry.problemResponse,
        }),
        drain.middleware,
        PrometheusMetrics.layerHttp(),
      )
      const enrollment = Layer.succeed(EnrollmentSettings, {
        mode: options.enrollment?.mode ?? "token",
        branding: options.enrollment?.branding ?? {},
        topic: certificate?.topic ?? options.enrollment?.topic ?? noTopic,
        signer: options.enrollment?.signer,
        tlsRoots: options.enrollment?.tlsRoots ?? [],
        deviceRoots: options.enrollment?.deviceRoots,
        capabilities: options.enrollment?.capabilities,
        renewIdentities: options.renewIdentities ?? false,
      })
      const identity = DeviceIdentity.layer({
        mode: options.identity?.mode ?? "required",
        roots: options.identity?.roots ?? [],
        proxy: options.identity?.proxy,
        unknown: options.identity?.unknown ?? "reject",
      })

      return Layer.effectDiscard(Effect.addFinalizer(() => drain.stop)).pipe(
        Layer.provideMerge(
          HttpRouter.serve(Layer.mergeAll(devices, apis, ExpiryWatch.layer), { routerConfig, ...serveOptions }),
        ),
        Layer.provide([
          enrollment,
          identity,
          options.origins === undefined
            ? Origins.layerLoopback(options.tls === undefined ? "http" : "https")
            : Origins.layer(options.origins),
          ManagementBackend.layer(options.backend),
          NodeHttpClient.layerUndici,
          // A span contains the URL of its request; the enrollment token in it must not be readable there.
          Layer.succeed(UrlParams.CurrentRedactedNames, ["token", "message"]),
          Layer.succeed(Readiness.BackendAddress, options.backend.baseUrl),
          push === undefined ? Layer.empty : Layer.succeed(Push.Push, push),
        ]),
        Layer.provide(state(options)),
        Layer.provideMerge(Listener.layer(options)),
      )
    }),
  )

/** Paths are compared exactly. The size of an asset's identifier is limited by that of the headers. */
const routerConfig = {
  caseSensitive: true,
  ignoreDuplicateSlashes: false,
  ignoreTrailingSlash: false,
  maxParamLength: Listener.maxHeaderSize,
}
const serveOptions = { disableLogger: true, disableListenLog: true }

/**
 * The same, with options read from the `Config`.
 *
 * **Example**
 *
 * ```ts
 * import { Server } from "@espalier/server"
 * import { Config } from "effect"
 *
 * const Mdm = Server.layerConfig({
 *   port: Config.succeed(8080),
 *   dataDirectory: Config.String("DATA_DIRECTORY"),
 *   backend: { baseUrl: Config.String("WEBHOOK_URL") },
 *   databaseUrl: Config.Redacted("DATABASE_URL"),
 * })
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layerConfig = (
  options: Config.Wrap<ServerOptions>,
): Layer.Layer<HttpServer.HttpServer, StartError | Config.ConfigError> =>
  Layer.unwrap(Effect.map(Config.unwrap(options), layer))

/**
 * The state of a server, for tools: the authority and the store. The authority is built first, because it creates the data directory.
 *
 * @category layers
 * @since 0.1.0
 */
export const state = (options: Pick<ServerOptions, "dataDirectory" | "databaseUrl">) =>
  StoreSql.layer.pipe(Layer.provide(database(options)), Layer.provideMerge(Authority.layer(options.dataDirectory)))

const database = (options: Pick<ServerOptions, "dataDirectory" | "databaseUrl">) =>
  Layer.unwrap(Effect.as(Authority, Database.layer({ url: databaseUrl(options) })))

/**
 * The database of a server with these options: the given one, or a SQLite file in the data directory.
 *
 * @category accessors
 * @since 0.1.0
 */
export const databaseUrl = (options: Pick<ServerOptions, "dataDirectory" | "databaseUrl">): Redacted.Redacted =>
  typeof options.databaseUrl === "string"
    ? Redacted.make(options.databaseUrl)
    : (options.databaseUrl ?? Redacted.make(`sqlite://${encodeURI(resolve(options.dataDirectory, "espalier.db"))}`))
