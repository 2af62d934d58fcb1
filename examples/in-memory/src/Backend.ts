/**
 * The backend composed: its services, its routes and its server. One port serves the webhooks, the APIs with their reference pages, and the
 * dashboard. Devices are in memory and gone when the process ends; integrations and deliveries are in a database.
 */
import { createServer, type Server } from "node:http"
import { NodeHttpServer } from "@effect/platform-node"
import { type ApiKeys, AuthorizationHttp } from "@espalier/api-keys"
import { Dashboard } from "@espalier/dashboard"
import {
  type Assets,
  type CommandQueue,
  type Declarations,
  type Devices,
  DevicesHttp,
  DevicesMemory,
  EnrollmentLinks,
  type Escrow,
  ExchangeLog,
  type Wake,
} from "@espalier/devices"
import { Webhooks, type WebhookVerifier } from "@espalier/handler"
import { layerReference } from "@espalier/handler/reference"
import {
  type Deliveries,
  type Integrations,
  type InvalidCidr,
  type InvalidOperationalWebhook,
  Notifications,
  NotificationsHttp,
} from "@espalier/notifications"
import { Database, type DatabaseError, type Migrations, Sealing, type SealingKeyFile } from "@espalier/sql"
import { Console, Effect, Layer, Redacted, Result } from "effect"
import { HttpRouter, HttpServer, type HttpServerError, HttpServerResponse } from "effect/http"
import type { SqlError } from "effect/sql"
import { DeviceNotifications } from "./DeviceNotifications.ts"
import * as Keys from "./Keys.ts"
import { handlers } from "./Webhooks.ts"
import { BackendUrl, workspace } from "./Workspace.ts"

export { BackendUrl } from "./Workspace.ts"

/**
 * The backend's options.
 *
 * @category options
 */
export interface BackendOptions<E> {
  /** On this machine only. 0 takes a free port. */
  readonly port: number
  /** How webhooks are verified. */
  readonly verifier: Layer.Layer<WebhookVerifier, E>
  /** The database of integrations and deliveries: `sqlite:…` or `postgres://…`. Defaults to memory. */
  readonly databaseUrl?: Redacted.Redacted | undefined
  /** The keys that seal the secrets of integrations. Defaults to a new key, for a database in memory. */
  readonly sealing?: Layer.Layer<Sealing.Sealing, SealingKeyFile.SealingKeyFileError> | undefined
  /** An API key that is valid besides those in the database. */
  readonly apiKey?: Redacted.Redacted | undefined
  /** Creates enrollment links for the dashboard. Defaults to none. */
  readonly enrollmentLinks?: Layer.Layer<EnrollmentLinks, never, DeviceNotifications> | undefined
  /** More routes. */
  readonly more?: Layer.Layer<never, E, Services | HttpRouter.HttpRouter> | undefined
}

/** For trials with `http://localhost:…`; a product on the internet leaves it out. */
const receiversOnThisMachine = { allow: ["127.0.0.0/8", "::1/128"], allowHttp: true }

/** Everything else works without a built page. */
const dashboard = (enrollment: boolean) =>
  Dashboard.layer({ devices: true, enrollment, workspaces: [workspace] }).pipe(
    Layer.catchTag("PageNotBuilt", (error) => Layer.effectDiscard(Console.error(error.message))),
  )

const newKey = Layer.effect(
  Sealing.Sealing,
  Effect.map(Sealing.generateKey, (key) => Sealing.make([Result.getOrThrow(Sealing.parseKey(key))])),
)

const routes = (enrollment: boolean) =>
  Layer.mergeAll(
    Webhooks.layer.pipe(Layer.provide(handlers)),
    layerReference,
    NotificationsHttp.layer(),
    DevicesHttp.layer.pipe(Layer.provide(AuthorizationHttp.layer())),
    dashboard(enrollment),
    HttpRouter.add("GET", "/", HttpServerResponse.redirect("/dashboard")),
  )

/**
 * The services that a program around the backend can use.
 *
 * @category models
 */
export type Services =
  | ApiKeys
  | Assets
  | BackendUrl
  | CommandQueue
  | Declarations
  | Deliveries
  | DeviceNotifications
  | Devices
  | Escrow
  | ExchangeLog
  | Integrations
  | Notifications
  | Wake

/**
 * Why a backend does not start.
 *
 * @category errors
 */
export type StartError =
  | InvalidCidr
  | InvalidOperationalWebhook
  | DatabaseError
  | HttpServerError.ServeError
  | Migrations.MigrationError
  | Sealing.SealingError
  | SealingKeyFile.SealingKeyFileError
  | SqlError.SqlError

/**
 * Serves the routes. The services are provided too, so that a program around the backend can use them without HTTP.
 *
 * @category layers
 */
export const layer = <E>({
  port,
  verifier,
  databaseUrl = Redacted.make("sqlite::memory:"),
  sealing = newKey,
  apiKey,
  enrollmentLinks,
  more = Layer.empty,
}: BackendOptions<E>): Layer.Layer<Services, E | StartError> => {
  const url = Layer.effect(
    BackendUrl,
    Effect.map(HttpServer.HttpServer, ({ address }) => HttpServer.formatAddress(address)),
  )
  const notifications = Notifications.layer({ addresses: receiversOnThisMachine })
  return Layer.unwrap(
    Effect.sync(() => {
      const server = createServer()
      // Created last, so released first: the server waits for open requests, and a stream does not end on its own.
      return Layer.effectDiscard(
        Effect.flatMap(ExchangeLog, ({ end }) => Effect.addFinalizer(() => closeConnections(server, end))),
      ).pipe(
        Layer.provideMerge(
          HttpRouter.serve(Layer.merge(routes(enrollmentLinks !== undefined), more), {
            disableLogger: true,
            disableListenLog: true,
          }),
        ),
        Layer.provide([verifier, enrollmentLinks ?? EnrollmentLinks.layerNotSupported]),
        Layer.provideMerge(Layer.merge(DevicesMemory.layer, DeviceNotifications.layer)),
        Layer.provideMerge(url),
        Layer.provide(NodeHttpServer.layer(() => server, { host: "127.0.0.1", port })),
        Layer.provideMerge(Keys.layer(apiKey)),
        Layer.provideMerge(notifications),
        Layer.provide(Layer.merge(Database.layer({ url: databaseUrl }), sealing)),
      )
    }),
  )
}

/** Browsers open connections in advance; the server would wait for these too. */
const closeConnections = (server: Server, streams: Effect.Effect<void>): Effect.Effect<void> =>
  Effect.andThen(
    streams,
    Effect.sync(() => void setTimeout(() => server.closeAllConnections(), 1000).unref()),
  )
