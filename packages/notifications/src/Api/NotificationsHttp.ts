/**
 * The HTTP API, for an app that has an `HttpRouter`: the routes of `NotificationsApi` with all that they answer.
 *
 * Its document is at `/api/notifications/openapi.json`, and as a page to browse at `/api/notifications/reference`. Both are public; they
 * hold nothing of any workspace.
 */
import { type ApiKeys, AuthorizationHttp, Cors, RequestLimits, SessionHttp } from "@espalier/api-keys"
import { Layer } from "effect"
import { type HttpRouter, HttpServer } from "effect/http"
import { HttpApiBuilder, HttpApiMiddleware, HttpApiScalar } from "effect/http-api"
import type { Deliveries } from "../Deliveries.ts"
import type { Integrations } from "../Integrations.ts"
import type { Notifications } from "../Notifications.ts"
import * as Astray from "./Astray.ts"
import * as DeliveriesHttp from "./DeliveriesHttp.ts"
import * as EventsHttp from "./EventsHttp.ts"
import * as IntegrationsHttp from "./IntegrationsHttp.ts"
import { NotificationsApi } from "./NotificationsApi.ts"

/**
 * `pageOrigins` are origins such as `https://dashboard.example.com` whose pages may use the session cookie and read what is under `/api/`:
 * where the dashboard is served from another origin of the same site. Defaults to none.
 *
 * @category models
 * @since 0.1.0
 */
export type NotificationsHttpOptions = SessionHttp.SessionOptions

/**
 * Over the services of `NotificationsLayer.layer`, and `ApiKeys`: `ApiKeys.layer`, or your product's own keys.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer = (
  options: NotificationsHttpOptions = {},
): Layer.Layer<never, never, HttpRouter.HttpRouter | ApiKeys | Integrations | Notifications | Deliveries> =>
  Layer.mergeAll(
    HttpApiBuilder.layer(NotificationsApi, { openapiPath: "/api/notifications/openapi.json" }),
    HttpApiScalar.layer(NotificationsApi, { path: "/api/notifications/reference" }),
    Astray.layer,
    Cors.layer(options.pageOrigins ?? []),
  ).pipe(
    Layer.provide([
      SessionHttp.layer(NotificationsApi.identifier, options),
      IntegrationsHttp.layer,
      EventsHttp.layer,
      DeliveriesHttp.layer,
      RequestLimits.layer({ name: "notifications" }),
    ]),
    Layer.provide([AuthorizationHttp.layer(options), HttpApiMiddleware.layerProblemDetails({ includeDetails: true })]),
    // `HttpApi` needs these for files and forms, which this API does not use.
    Layer.provide(HttpServer.layerServices),
  )
