/**
 * Everything that a public layer requires, provides and fails with can be named with the package's exports. This file does not compile when one
 * of these exports is removed.
 */
import {
  ApiKeys,
  ApiKeysTable,
  AuthorizationHttp,
  Cors,
  type MigrationError,
  RequestLimits,
  SessionHttp,
} from "@espalier/api-keys"
import {
  type Authorization,
  type CurrentKey,
  type DatabaseUnavailable,
  type Forbidden,
  type KeyHolder,
  SessionGroup,
  type Unauthorized,
} from "@espalier/api-keys/api"
import { type Effect, Layer } from "effect"
import { type HttpRouter, HttpServer } from "effect/http"
import { HttpApi, HttpApiBuilder, HttpApiMiddleware } from "effect/http-api"
import type { SqlClient, SqlError } from "effect/sql"

/** Accepts a value of exactly this type. */
declare const is: <A>() => <B extends A>(value: B & (A extends B ? unknown : never)) => void

is<Layer.Layer<ApiKeys, MigrationError | SqlError.SqlError, SqlClient.SqlClient>>()(ApiKeys.layer)
is<Effect.Effect<ReadonlyArray<string>, MigrationError | SqlError.SqlError, SqlClient.SqlClient>>()(
  ApiKeysTable.migrate,
)
is<Layer.Layer<Authorization, never, ApiKeys>>()(AuthorizationHttp.layer({ pageOrigins: [] }))
is<Layer.Layer<never, never, HttpRouter.HttpRouter>>()(Cors.layer([]))

class App extends HttpApi.make("app").add(SessionGroup) {}

/** An app with sessions requires keys and a router only. */
const app = HttpApiBuilder.layer(App).pipe(
  Layer.provide([SessionHttp.layer("app"), RequestLimits.layer({ name: "app" })]),
  Layer.provide([AuthorizationHttp.layer(), HttpApiMiddleware.layerProblemDetails()]),
  Layer.provide(HttpServer.layerServices),
)
is<Layer.Layer<never, never, HttpRouter.HttpRouter | ApiKeys>>()(app)

/** The key of a request, and the errors of the middleware. */
declare const current: typeof CurrentKey.Service
is<KeyHolder>()(current)
declare const errors: HttpApiMiddleware.Error<typeof Authorization>
is<DatabaseUnavailable | Forbidden | Unauthorized>()(errors)
