/**
 * The notifications API as routes, for an app that has an `HttpRouter`.
 *
 * Its OpenAPI document is at `/api/notifications/openapi.json`, and a page to browse it at `/api/notifications/reference`. Both are public; they
 * contain nothing of a workspace.
 */
import { type ApiKeys, AuthorizationHttp, Cors, RequestLimits, RequestProblems, SessionHttp } from "@espalier/api-keys"
import { NotFound } from "@espalier/http"
import * as ApiReference from "@espalier/http/api-reference"
import { Layer } from "effect"
import { type HttpRouter, HttpServer } from "effect/http"
import { HttpApi, HttpApiBuilder } from "effect/http-api"
import type { Deliveries } from "../Deliveries/Deliveries.ts"
import * as DeliveriesHttp from "../Deliveries/DeliveriesHttp.ts"
import * as EventsHttp from "../Events/EventsHttp.ts"
import type { Integrations } from "../Integrations/Integrations.ts"
import * as IntegrationsHttp from "../Integrations/IntegrationsHttp.ts"
import type { Notifications } from "../Notifications.ts"
import { NotificationsApi } from "./NotificationsApi.ts"

/**
 * `pageOrigins` are origins such as `https://dashboard.example.com` whose pages may use the session cookie and read what is under `/api/`:
 * where the dashboard is served from another origin of the same site. Defaults to none.
 *
 * @category models
 * @since 0.1.0
 */
export type NotificationsHttpOptions = SessionHttp.SessionOptions

const endpoints: Array<NotFound.Endpoint> = []
HttpApi.reflect(NotificationsApi, {
  onGroup: () => {},
  onEndpoint: ({ endpoint }) => {
    endpoints.push(endpoint)
  },
})

/**
 * Over the services of `Notifications.layer`, and `ApiKeys`: `ApiKeys.layer`, or your product's own keys.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer = (
  options: NotificationsHttpOptions = {},
): Layer.Layer<never, never, HttpRouter.HttpRouter | ApiKeys | Integrations | Notifications | Deliveries> =>
  Layer.mergeAll(
    HttpApiBuilder.layer(NotificationsApi, { openapiPath: "/api/notifications/openapi.json" }),
    ApiReference.layer(NotificationsApi, { path: "/api/notifications/reference" }),
    NotFound.layer({ endpoints, prefixes: ["/api/workspaces", "/api/session", "/api/notifications"] }),
    Cors.layer(options.pageOrigins ?? []),
  ).pipe(
    Layer.provide([
      SessionHttp.layer(NotificationsApi.identifier, options),
      IntegrationsHttp.layer,
      EventsHttp.layer,
      DeliveriesHttp.layer,
      RequestLimits.layer({ name: "notifications" }),
    ]),
    Layer.provide([AuthorizationHttp.layer(options), RequestProblems.layer]),
    // `HttpApi` needs these for files and forms, which this API does not use.
    Layer.provide(HttpServer.layerServices),
  )
