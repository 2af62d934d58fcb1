/**
 * The endpoints for operators: `/health` responds while the process runs, `/ready` while the database works, `/metrics` is for Prometheus.
 */
import { Effect, Layer } from "effect"
import { HttpRouter, HttpServerResponse } from "effect/http"
import { PrometheusMetrics } from "effect/observability"
import { SqlClient } from "effect/sql"

const health = HttpRouter.add("GET", "/health", HttpServerResponse.jsonUnsafe({ status: "ok" }))

const unavailable = "The database does not respond: check --database-url"

const ready = HttpRouter.use(
  Effect.fnUntraced(function* (router) {
    const sql = yield* SqlClient.SqlClient
    const answers = sql`SELECT 1`.pipe(
      Effect.as(true),
      Effect.timeout("5 seconds"),
      Effect.orElseSucceed(() => false),
    )
    const answer = Effect.map(answers, (ok) =>
      HttpServerResponse.jsonUnsafe(
        {
          status: ok ? "ready" : "not ready",
          checks: [{ name: "database", ok, ...(ok ? {} : { detail: unavailable }) }],
        },
        { status: ok ? 200 : 503 },
      ),
    )
    yield* router.add("GET", "/ready", answer)
  }),
)

/**
 * The routes. Requests to them are not logged.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer = Layer.mergeAll(health, ready, PrometheusMetrics.layerHttp()).pipe(
  Layer.provide(HttpRouter.disableLogger),
)
