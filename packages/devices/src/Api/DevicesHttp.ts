/**
 * The Devices API for an app that has an `HttpRouter`: the routes of `DevicesApi` over the services of this package.
 *
 * **Details**
 *
 * Its document is at `/api/devices/openapi.json`, a page to browse it at `/api/devices/reference`. Both are public; they hold nothing of any
 * workspace.
 */
import { type Authorization, RequestLimits } from "@espalier/api-keys"
import * as ApiReference from "@espalier/http/api-reference"
import { Effect, Layer } from "effect"
import { HttpRouter, HttpServer, HttpServerResponse } from "effect/http"
import { HttpApiBuilder, HttpApiMiddleware } from "effect/http-api"
import type { Assets } from "../Assets/Assets.ts"
import * as AssetsHttp from "../Assets/AssetsHttp.ts"
import type { CommandQueue } from "../Commands/CommandQueue.ts"
import * as CommandsHttp from "../Commands/CommandsHttp.ts"
import type { Declarations } from "../Declarations/Declarations.ts"
import * as DeclarationsHttp from "../Declarations/DeclarationsHttp.ts"
import type { Devices } from "../Devices/Devices.ts"
import * as DevicesGroupHttp from "../Devices/DevicesHttp.ts"
import type { Wake } from "../Devices/Wake.ts"
import * as EnrollmentHttp from "../Enrollment/EnrollmentHttp.ts"
import type { EnrollmentLinks } from "../Enrollment/EnrollmentLinks.ts"
import type { ExchangeLog } from "../Exchanges/ExchangeLog.ts"
import * as ExchangesHttp from "../Exchanges/ExchangesHttp.ts"
import { DevicesApi } from "./DevicesApi.ts"

/**
 * A proxy must not hold back a stream until it has more of it, and a connection must not be kept for another request after a stream, because the
 * process would wait for it when it stops.
 */
const StreamHeaders = HttpRouter.middleware((handler) =>
  Effect.map(handler, (response) =>
    response.headers["content-type"]?.startsWith("text/event-stream") === true
      ? HttpServerResponse.setHeaders(response, {
          "cache-control": "no-store",
          "x-accel-buffering": "no",
          connection: "close",
        })
      : response,
  ),
).layer

/**
 * Serves the API. `Authorization` decides who may call it.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer: Layer.Layer<
  never,
  never,
  | HttpRouter.HttpRouter
  | Authorization
  | Assets
  | CommandQueue
  | Declarations
  | Devices
  | EnrollmentLinks
  | ExchangeLog
  | Wake
> = Layer.mergeAll(
  HttpApiBuilder.layer(DevicesApi, { openapiPath: "/api/devices/openapi.json" }),
  ApiReference.layer(DevicesApi, { path: "/api/devices/reference" }),
).pipe(
  Layer.provide([
    DevicesGroupHttp.layer,
    CommandsHttp.layer,
    DeclarationsHttp.layer,
    AssetsHttp.layer,
    ExchangesHttp.layer,
    EnrollmentHttp.layer,
    StreamHeaders,
    // An asset of 10 MiB as base64 in JSON.
    RequestLimits.layer({ name: "devices", maxBody: "14 MiB" }),
  ]),
  Layer.provide(HttpApiMiddleware.layerProblemDetails({ includeDetails: true })),
  // For files and forms, which this API does not have.
  Layer.provide(HttpServer.layerServices),
)
