/**
 * In an Effect application that has routes and services of its own: one more layer among its routes.
 */
import { createServer } from "node:http"
import { NodeHttpServer, NodeRuntime } from "@effect/platform-node"
import { Webhooks } from "@espalier/handler"
import { Config, Effect, Layer } from "effect"
import { HttpRouter, HttpServerResponse } from "effect/http"
import { Backend } from "./Backend.ts"
import { Devices } from "./Devices.ts"

const OwnRoutes = HttpRouter.use(
  Effect.fnUntraced(function* (router) {
    const devices = yield* Devices
    yield* router.add(
      "GET",
      "/devices",
      Effect.sync(() => HttpServerResponse.jsonUnsafe(devices.list())),
    )
  }),
)

/** The application on a port; 0 means any free one. */
export const App = (port: number) =>
  HttpRouter.serve(Layer.mergeAll(OwnRoutes, Webhooks.layer.pipe(Layer.provide(Backend))), {
    disableLogger: true,
  }).pipe(Layer.provide(Devices.layer), Layer.provideMerge(NodeHttpServer.layer(createServer, { port })))

if (process.argv[1] === import.meta.filename) {
  const port = Config.Int("PORT").pipe(Config.withDefault(3000))
  NodeRuntime.runMain(Layer.launch(Layer.unwrap(Effect.map(port, App))))
}
