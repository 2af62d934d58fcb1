/**
 * A product with the dashboard: the notifications API with its worker over SQLite, and the page, on one port. It can be stopped and started again
 * with the same database.
 */
import { createServer } from "node:http"
import { NodeHttpServer } from "@effect/platform-node"
import { ApiKeys } from "@espalier/api-keys"
import { Integrations, Notifications, NotificationsHttp } from "@espalier/notifications"
import { Database } from "@espalier/sql"
import * as Sealing from "@espalier/testing/Sealing"
import { Context, Effect, Exit, Layer, Redacted, Scope } from "effect"
import { HttpRouter, HttpServer } from "effect/http"
import { SqlClient } from "effect/sql"
import { Dashboard } from "../../src/index.ts"
import { temporaryDirectory } from "./TemporaryDirectory.ts"

export const workspace = "acme"

export interface ProductOptions {
  /** Defaults to a free port. */
  readonly port?: number
  /** Other origins of the dashboard. */
  readonly pageOrigins?: ReadonlyArray<string>
  readonly worker?: false
  readonly dashboard?: Dashboard.DashboardOptions
}

const served = (url: string, port: number, { worker, dashboard, pageOrigins }: ProductOptions) =>
  HttpRouter.serve(
    Layer.merge(NotificationsHttp.layer({ secureCookie: false, pageOrigins }), Dashboard.layer(dashboard)),
    {
      disableLogger: true,
      disableListenLog: true,
    },
  ).pipe(
    Layer.provideMerge(ApiKeys.layer),
    Layer.provideMerge(
      Notifications.layer({
        addresses: { allow: ["127.0.0.0/8"], allowHttp: true },
        worker: worker ?? { retryDelays: ["0 seconds", "1 hour"], pollInterval: "100 millis" },
      }),
    ),
    Layer.provide(Sealing.layer),
    Layer.provideMerge(Database.layer({ url: Redacted.make(url) })),
    Layer.provideMerge(
      NodeHttpServer.layer(createServer, { port, host: "127.0.0.1", gracefulShutdownTimeout: "100 millis" }),
    ),
    Layer.orDie,
  )

/** Runs until the scope ends. */
export const start = Effect.fnUntraced(function* (options: ProductOptions = {}) {
  const url = `sqlite://${yield* temporaryDirectory}/notifications.db`
  const boot = Effect.fnUntraced(function* (port: number) {
    const scope = yield* Scope.make()
    return { scope, context: yield* Scope.provide(Layer.build(served(url, port, options)), scope) }
  })
  let running = yield* boot(options.port ?? 0)
  const { address } = Context.get(running.context, HttpServer.HttpServer)
  const origin = HttpServer.formatAddress(address)
  const port = Number(new URL(origin).port)
  const stop = Effect.suspend(() => Scope.close(running.scope, Exit.void))
  yield* Effect.addFinalizer(() => stop)

  const { context } = running
  const keys = Context.get(context, ApiKeys)
  const newKey = (workspace: string | null) => Effect.orDie(keys.create({ workspace, note: "tests" }))
  const key = yield* newKey(workspace)

  return {
    origin,
    /** The page's address, `path` below `/dashboard`. */
    url: (path = "") => `${origin}/dashboard${path}`,
    key: Redacted.value(key.key),
    keyOfAll: Redacted.value((yield* newKey(null)).key),
    revoke: Effect.orDie(keys.revoke(key.id)),
    newKey: Effect.map(newKey(workspace), ({ key }) => Redacted.value(key)),
    integrations: Context.get(context, Integrations),
    notifications: Context.get(context, Notifications),
    sql: Context.get(context, SqlClient.SqlClient),
    stop,
    startAgain: Effect.gen(function* () {
      running = yield* boot(port)
    }),
  }
})

export type Product = Effect.Success<ReturnType<typeof start>>
