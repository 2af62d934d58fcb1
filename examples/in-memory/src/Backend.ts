/**
 * The backend put together: its state, its routes, and a server of its own. Everything is in memory and ends with the process.
 */
import { createServer } from "node:http"
import { NodeHttpServer } from "@effect/platform-node"
import { Webhooks, type WebhookVerifier } from "@espalier/handler"
import { Context, Effect, Layer } from "effect"
import { HttpRouter, HttpServer } from "effect/http"
import { Assets } from "./Assets.ts"
import { Commands } from "./Commands.ts"
import * as Control from "./Control/Http.ts"
import { Declarations } from "./Declarations.ts"
import { Devices } from "./Devices.ts"
import { Escrow } from "./Escrow.ts"
import { handlers } from "./Webhooks.ts"

/**
 * What the backend knows.
 *
 * @category layers
 */
export const state = Layer.mergeAll(Assets.layer, Commands.layer, Declarations.layer, Devices.layer, Escrow.layer)

/** @category models */
export type State = Layer.Success<typeof state>

/**
 * All routes: the webhooks with their reference page, and the control API. For an app that has an `HttpRouter`.
 *
 * @category layers
 */
export const routes = Layer.mergeAll(
  Webhooks.layer.pipe(Layer.provide(handlers)),
  Webhooks.layerReference,
  Control.routes,
)

/**
 * Where the backend listens, such as `http://127.0.0.1:9000`: the whitelabel server's `--webhook-url`.
 *
 * @category services
 */
export class BackendUrl extends Context.Service<BackendUrl, string>()("@espalier/example-in-memory/BackendUrl") {}

/**
 * Serves the routes on a loopback port; 0 takes a free one. `verifier` decides who may call the webhooks. The state is
 * given too, so that a program around it can look in and queue commands without HTTP.
 *
 * @category layers
 */
export const layer = <E>(options: { readonly port: number; readonly verifier: Layer.Layer<WebhookVerifier, E> }) =>
  Layer.effect(
    BackendUrl,
    Effect.map(HttpServer.HttpServer, ({ address }) => HttpServer.formatAddress(address)),
  ).pipe(
    Layer.provideMerge(HttpRouter.serve(routes, { disableLogger: true, disableListenLog: true })),
    Layer.provide(NodeHttpServer.layer(createServer, { host: "127.0.0.1", port: options.port })),
    Layer.provide(options.verifier),
    Layer.provideMerge(state),
  )
