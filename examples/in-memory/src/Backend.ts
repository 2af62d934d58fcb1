/**
 * The backend put together: what it knows, its routes, and a server of its own. One port serves everything: the webhooks, the APIs with
 * their reference pages, the dashboard. Devices are in memory and end with the process; integrations and deliveries are in a database.
 */
import { createServer, type Server } from "node:http"
import { NodeHttpServer } from "@effect/platform-node"
import { type ApiKeys, AuthorizationHttp } from "@espalier/api-keys"
import { Dashboard } from "@espalier/dashboard"
import { Webhooks, type WebhookVerifier } from "@espalier/handler"
import {
  type CidrError,
  type Deliveries,
  type Integrations,
  type Notifications,
  NotificationsHttp,
  NotificationsLayer,
} from "@espalier/notifications"
import { Database, type DatabaseError, type Migrations } from "@espalier/sql"
import { Console, Effect, Layer, Redacted } from "effect"
import { HttpRouter, HttpServer, type HttpServerError, HttpServerResponse } from "effect/http"
import type { SqlError } from "effect/sql"
import { Assets } from "./Assets.ts"
import { Commands } from "./Commands.ts"
import { Declarations } from "./Declarations.ts"
import { Devices } from "./Devices.ts"
import * as DevicesHttp from "./DevicesHttp.ts"
import { Escrow } from "./Escrow.ts"
import * as Keys from "./Keys.ts"
import { Publish } from "./Publish.ts"
import { Traffic } from "./Traffic.ts"
import { Wake } from "./Wake.ts"
import { handlers } from "./Webhooks.ts"
import { BackendUrl, workspace } from "./Workspace.ts"

export { BackendUrl } from "./Workspace.ts"

/**
 * What a backend needs to know.
 *
 * @category options
 */
export interface BackendOptions<E> {
  /** On this machine only; 0 takes a free one. */
  readonly port: number
  /** Who may call the webhooks. */
  readonly verifier: Layer.Layer<WebhookVerifier, E>
  /** Where integrations and deliveries are kept: `sqlite:…` or `postgres://…`. In memory unless given. */
  readonly databaseUrl?: Redacted.Redacted | undefined
  /** An API key that counts besides those in the database. */
  readonly apiKey?: Redacted.Redacted | undefined
  /** What is served besides. */
  readonly more?: Layer.Layer<never, E, Services | HttpRouter.HttpRouter> | undefined
}

/**
 * What the backend knows in memory.
 *
 * @category layers
 */
export const state = Layer.mergeAll(
  Assets.layer,
  Commands.layer,
  Declarations.layer,
  Devices.layer,
  Escrow.layer,
  Traffic.layer,
  Wake.layer,
)

/** So that people can try `http://localhost:…`; a product on the internet leaves it out. */
const receiversOnThisMachine = { allow: ["127.0.0.0/8", "::1/128"], allowHttp: true }

/** All the rest works without it. */
const dashboard = Dashboard.layer({ devices: true, workspaces: [workspace] }).pipe(
  Layer.catchTag("PageNotBuilt", (error) => Layer.effectDiscard(Console.error(error.message))),
)

const routes = Layer.mergeAll(
  Webhooks.layer.pipe(Layer.provide(handlers)),
  Webhooks.layerReference,
  NotificationsHttp.layer(),
  DevicesHttp.routes.pipe(Layer.provide(AuthorizationHttp.layer())),
  dashboard,
  HttpRouter.add("GET", "/", HttpServerResponse.redirect("/dashboard")),
)

/**
 * What a program around the backend can use.
 *
 * @category models
 */
export type Services =
  | ApiKeys
  | BackendUrl
  | Deliveries
  | Integrations
  | Layer.Success<typeof state>
  | Notifications
  | Publish

/**
 * Why a backend does not start.
 *
 * @category errors
 */
export type StartError =
  | CidrError
  | DatabaseError
  | HttpServerError.ServeError
  | Migrations.MigrationError
  | SqlError.SqlError

/**
 * Serves the routes. What the backend knows is given too, so that a program around it can look in and queue commands without HTTP.
 *
 * @category layers
 */
export const layer = <E>({
  port,
  verifier,
  databaseUrl = Redacted.make("sqlite::memory:"),
  apiKey,
  more = Layer.empty,
}: BackendOptions<E>): Layer.Layer<Services, E | StartError> => {
  const url = Layer.effect(
    BackendUrl,
    Effect.map(HttpServer.HttpServer, ({ address }) => HttpServer.formatAddress(address)),
  )
  const notifications = NotificationsLayer.layer({ addresses: receiversOnThisMachine })
  return Layer.unwrap(
    Effect.sync(() => {
      const server = createServer()
      // Made last, so undone first: the server waits for what is under way, and a stream never ends by itself.
      return Layer.effectDiscard(
        Effect.flatMap(Traffic, ({ end }) => Effect.addFinalizer(() => ending(server, end))),
      ).pipe(
        Layer.provideMerge(
          HttpRouter.serve(Layer.merge(routes, more), { disableLogger: true, disableListenLog: true }),
        ),
        Layer.provide(verifier),
        Layer.provideMerge(Layer.mergeAll(state, Publish.layer)),
        Layer.provideMerge(url),
        Layer.provide(NodeHttpServer.layer(() => server, { host: "127.0.0.1", port })),
        Layer.provideMerge(Keys.layer(apiKey)),
        Layer.provideMerge(notifications),
        Layer.provide(Database.layer({ url: databaseUrl })),
      )
    }),
  )
}

/** Browsers open connections in advance, and one on which nobody ever says anything would be waited for as well. */
const ending = (server: Server, streams: Effect.Effect<void>): Effect.Effect<void> =>
  Effect.andThen(
    streams,
    Effect.sync(() => void setTimeout(() => server.closeAllConnections(), 1000).unref()),
  )
