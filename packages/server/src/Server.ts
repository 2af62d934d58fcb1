/**
 * The whitelabel server: Apple's protocol towards devices, webhooks towards your backend.
 *
 * @example
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
import type { EnrollmentBranding } from "@espalier/schema"
import { Database, type DatabaseError, type Migrations } from "@espalier/sql"
import { Array, Effect, Layer, Redacted } from "effect"
import { HttpRouter, type HttpServer, type HttpServerError, UrlParams } from "effect/http"
import { PrometheusMetrics } from "effect/observability"
import type { SqlError } from "effect/sql"
import * as Asset from "./Asset.ts"
import * as Astray from "./Astray.ts"
import { Authority, type AuthorityError } from "./Authority.ts"
import { type BackendOptions, type InvalidBackendOptions, ManagementBackend } from "./Backend/index.ts"
import { DeviceIdentity, type IdentityOptions } from "./DeviceIdentity.ts"
import * as Drain from "./Drain.ts"
import * as Enrollment from "./Enrollment.ts"
import * as Health from "./Health.ts"
import * as Listener from "./Listener.ts"
import * as Mdm from "./Mdm.ts"
import { type InvalidOrigin, Origins } from "./Origins.ts"
import * as PushApi from "./PushApi.ts"
import * as Readiness from "./Readiness.ts"
import * as Scep from "./Scep.ts"
import { StoreSql } from "./Store/index.ts"
import * as Trace from "./Trace/Trace.ts"

/**
 * The routes that devices call, for an app that has an `HttpRouter`.
 *
 * @category layers
 * @since 0.1.0
 */
export const routes = Layer.mergeAll(
  Enrollment.layer,
  Scep.layer,
  Mdm.layer,
  Asset.layer,
  Health.layer,
  Readiness.layer,
)

/**
 * What a server needs to know.
 *
 * @category options
 * @since 0.1.0
 */
export interface ServerOptions extends Listener.ListenerOptions {
  readonly backend: BackendOptions
  /** Holds the certificate authority (`scep-ca.json`) and, without `databaseUrl`, the SQLite file. Made when it is not there. */
  readonly dataDirectory: string
  /** `postgres://…` where several servers work together; `sqlite:…` for a file elsewhere. */
  readonly databaseUrl?: Redacted.Redacted | undefined
  /**
   * The origins that devices call, such as `https://mdm.example.com`. A request for another host is refused. Default: this
   * machine's own names for the port, such as `http://localhost:8080`.
   */
  readonly origins?: ReadonlyArray<string> | undefined
  /** Default: required, by the signature over the message or by this server's own mutual TLS. */
  readonly identity?: Partial<IdentityOptions> | undefined
  /** Default: only by enrollment token. */
  readonly enrollment?: {
    readonly mode?: Enrollment.EnrollmentOptions["mode"] | undefined
    readonly branding?: EnrollmentBranding | undefined
    readonly signer?: Enrollment.EnrollmentOptions["signer"]
    readonly tlsRoots?: ReadonlyArray<Certificate.Certificate> | undefined
    /** Where there is no push certificate to take it from. */
    readonly topic?: string | undefined
  }
  /** Without it devices are not woken: they come only by themselves. */
  readonly push?: (Push.PushOptions & { readonly keys: ReadonlyArray<Redacted.Redacted> }) | undefined
  /** Gets every exchange with a device when it has ended, without its secrets. Slow or failing, it does not hurt the exchange. */
  readonly trace?: Trace.Trace | undefined
}

/**
 * Why a server does not start; each says in a sentence what to do.
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

/** The topic of a profile that nobody can push to. */
const noTopic = "com.apple.mgmt.External.none"

/**
 * Listens, and answers until the layer is released: then requests under way are finished, new ones are told to come again, and it
 * listens no more.
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
      const keys = options.push?.keys ?? []

      const hasPushApi = push !== undefined && Array.isReadonlyArrayNonEmpty(keys)
      const devices = Layer.mergeAll(
        // First, and so around the others: what they refuse is part of the conversation.
        options.trace === undefined ? Layer.empty : Trace.layer(options.trace),
        routes,
        Astray.layer({ hasPushApi }),
        drain.middleware,
        PrometheusMetrics.layerHttp(),
      )
      const operators = hasPushApi
        ? PushApi.layer.pipe(Layer.provide([Layer.succeed(PushApi.PushKeys, keys), Layer.succeed(Push.Push, push)]))
        : Layer.empty

      const enrollment = Layer.succeed(Enrollment.EnrollmentSettings, {
        mode: options.enrollment?.mode ?? "token",
        branding: options.enrollment?.branding ?? {},
        topic: certificate?.topic ?? options.enrollment?.topic ?? noTopic,
        signer: options.enrollment?.signer,
        tlsRoots: options.enrollment?.tlsRoots ?? [],
      })
      const identity = DeviceIdentity.layer({
        mode: options.identity?.mode ?? "required",
        roots: options.identity?.roots ?? [],
        proxy: options.identity?.proxy,
      })

      return Layer.effectDiscard(Effect.addFinalizer(() => drain.stop)).pipe(
        Layer.provideMerge(HttpRouter.serve(Layer.merge(devices, operators), { ...asTheyStand, ...quiet })),
        Layer.provide([
          enrollment,
          identity,
          options.origins === undefined
            ? Origins.layerLoopback(options.tls === undefined ? "http" : "https")
            : Origins.layer(options.origins),
          ManagementBackend.layer(options.backend),
          NodeHttpClient.layerUndici,
          // An enrollment token must not come into a trace with the URL it stands in.
          Layer.succeed(UrlParams.CurrentRedactedNames, ["token", "message"]),
          Layer.succeed(Readiness.BackendAddress, options.backend.baseUrl),
          push === undefined ? Layer.empty : Layer.succeed(Push.Push, push),
        ]),
        Layer.provide(state(options)),
        Layer.provideMerge(Listener.layer(options)),
      )
    }),
  )

/** Paths are taken as they stand. An asset's identifier is bounded by the size of the headers. */
const asTheyStand = {
  routerConfig: {
    caseSensitive: true,
    ignoreDuplicateSlashes: false,
    ignoreTrailingSlash: false,
    maxParamLength: Listener.maxHeaderSize,
  },
}
const quiet = { disableLogger: true, disableListenLog: true }

/**
 * What a server remembers, for those who look at it from outside: the authority and the store. The authority comes first, for it
 * makes the data directory.
 *
 * @category layers
 * @since 0.1.0
 */
export const state = (options: Pick<ServerOptions, "dataDirectory" | "databaseUrl">) =>
  StoreSql.layer.pipe(Layer.provide(database(options)), Layer.provideMerge(Authority.layer(options.dataDirectory)))

const database = (options: Pick<ServerOptions, "dataDirectory" | "databaseUrl">) =>
  Layer.unwrap(Effect.as(Authority, Database.layer({ url: databaseUrl(options) })))

/**
 * Where a server of these options keeps its store: the database it was given, or a SQLite file in the data directory.
 *
 * @category accessors
 * @since 0.1.0
 */
export const databaseUrl = (options: Pick<ServerOptions, "dataDirectory" | "databaseUrl">): Redacted.Redacted =>
  options.databaseUrl ?? Redacted.make(`sqlite://${encodeURI(resolve(options.dataDirectory, "espalier.db"))}`)
