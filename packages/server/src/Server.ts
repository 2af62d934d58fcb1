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
 * })
 * export const main = Layer.launch(Mdm)
 * ```
 */
import { createServer } from "node:http"
import { NodeHttpClient, NodeHttpServer } from "@effect/platform-node"
import { type BackendOptions, type InvalidBackendOptions, ManagementBackend } from "@espalier/client"
import { Layer } from "effect"
import { HttpRouter, type HttpServer, type HttpServerError } from "effect/http"
import * as Asset from "./Asset.ts"
import * as Astray from "./Astray.ts"
import * as Health from "./Health.ts"
import * as Mdm from "./Mdm.ts"
import { type InvalidOrigin, Origins } from "./Origins.ts"

/**
 * The routes that devices call, for an app that has an `HttpRouter`.
 *
 * @category layers
 */
export const routes = Layer.mergeAll(Mdm.layer, Asset.layer, Health.layer)

/**
 * What a server needs to know.
 *
 * @category options
 */
export interface ServerOptions {
  readonly port: number
  /** The address to listen on. Default: every address. */
  readonly host?: string | undefined
  /**
   * The origins that devices call, such as `https://mdm.example.com`. A request for another host is refused. Default: this
   * machine's own names for the port, such as `http://localhost:8080`.
   */
  readonly origins?: ReadonlyArray<string> | undefined
  readonly backend: BackendOptions
}

/** Request line and headers together, in bytes. */
const maxHeaderSize = 16_384

/**
 * Listens, and answers until the layer is released: then requests under way are finished and new connections refused.
 *
 * @category layers
 */
export const layer = (
  options: ServerOptions,
): Layer.Layer<HttpServer.HttpServer, HttpServerError.ServeError | InvalidOrigin | InvalidBackendOptions> =>
  HttpRouter.serve(Layer.merge(routes, Astray.layer), {
    disableLogger: true,
    disableListenLog: true,
    // Paths are taken as they stand. An asset's identifier is bounded by the size of the headers.
    routerConfig: {
      caseSensitive: true,
      ignoreDuplicateSlashes: false,
      ignoreTrailingSlash: false,
      maxParamLength: maxHeaderSize,
    },
  }).pipe(
    Layer.provide(options.origins === undefined ? Origins.layerLoopback : Origins.layer(options.origins)),
    Layer.provide(ManagementBackend.layer(options.backend)),
    Layer.provide(NodeHttpClient.layerUndici),
    Layer.provideMerge(
      NodeHttpServer.layer(
        () =>
          createServer({
            headersTimeout: 15_000,
            requestTimeout: 60_000,
            connectionsCheckingInterval: 5_000,
            maxHeaderSize,
          }),
        {
          port: options.port,
          ...(options.host === undefined ? {} : { host: options.host }),
          gracefulShutdownTimeout: "20 seconds",
        },
      ),
    ),
  )
