/** A server with any of its options; its start may fail, and what it logs may be read. */
import { Context, Effect, Layer, Logger, type Scope } from "effect"
import { HttpServer } from "effect/http"
import { Server } from "../../src/index.ts"
import type { Backend } from "./Backend.ts"
import * as Whitelabel from "./Whitelabel.ts"

/** What is given goes over the defaults of the other tests. */
export const launch = (
  backend: Pick<Backend, "url">,
  options: Partial<Server.ServerOptions> = {},
  loggers: ReadonlyArray<Logger.Logger<unknown, unknown>> = [],
): Effect.Effect<Whitelabel.Whitelabel, Server.StartError, Scope.Scope> =>
  Layer.build(
    Server.layer({
      ...Whitelabel.defaults,
      backend: { baseUrl: backend.url, retries: 0, circuitBreaker: false },
      ...options,
    }),
  ).pipe(
    Effect.provide(Logger.layer(loggers)),
    Effect.map((context) => {
      const { address } = Context.get(context, HttpServer.HttpServer)
      const port = "port" in address ? address.port : 0
      return { port, origin: `http://127.0.0.1:${port}` }
    }),
  )
