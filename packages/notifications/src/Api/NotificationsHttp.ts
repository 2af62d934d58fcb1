/**
 * The HTTP API, for an app that has an `HttpRouter`: the routes of `NotificationsApi` with all that they answer.
 *
 * Its document is at `/api/notifications/openapi.json`, and as a page to browse at `/api/notifications/reference`. Both are public; they
 * hold nothing of any workspace.
 */
import { Layer } from "effect"
import { type HttpRouter, HttpServer } from "effect/http"
import { HttpApiBuilder, HttpApiMiddleware, HttpApiScalar } from "effect/http-api"
import type { ApiKeys } from "../ApiKeys.ts"
import type { Deliveries } from "../Deliveries.ts"
import type { Integrations } from "../Integrations.ts"
import type { Notifications } from "../Notifications.ts"
import * as Astray from "./Astray.ts"
import type { Authorization } from "./Authorization.ts"
import * as AuthorizationHttp from "./AuthorizationHttp.ts"
import * as Boundary from "./Boundary.ts"
import * as DeliveriesHttp from "./DeliveriesHttp.ts"
import * as EventsHttp from "./EventsHttp.ts"
import * as IntegrationsHttp from "./IntegrationsHttp.ts"
import { NotificationsApi } from "./NotificationsApi.ts"
import * as OtherPages from "./OtherPages.ts"
import * as SessionHttp from "./SessionHttp.ts"

/**
 * @category models
 * @since 0.1.0
 */
export interface NotificationsHttpOptions {
  /**
   * `false` where browsers reach this over plain `http` under a name or address other than this machine's: they would not keep the
   * session's cookie. Defaults to true.
   */
  readonly secureCookie?: boolean | undefined
  /**
   * Origins such as `https://dashboard.example.com` whose pages may use the session's cookie and read what is under `/api/`: where the
   * dashboard is served from another origin than this API, of the same site. Defaults to none.
   */
  readonly pageOrigins?: ReadonlyArray<string> | undefined
}

/**
 * Who may call, for another `HttpApi` of your product that has the `Authorization` middleware: the same keys, the same session.
 *
 * @category layers
 * @since 0.1.0
 */
export const layerAuthorization = ({
  pageOrigins = [],
}: Pick<NotificationsHttpOptions, "pageOrigins"> = {}): Layer.Layer<Authorization, never, ApiKeys> =>
  AuthorizationHttp.layer(pageOrigins)

/**
 * Over the services of `NotificationsLayer.layer`, and `ApiKeys`: `ApiKeys.layer`, or whatever else in your product knows keys.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer = ({
  secureCookie = true,
  pageOrigins = [],
}: NotificationsHttpOptions = {}): Layer.Layer<
  never,
  never,
  HttpRouter.HttpRouter | ApiKeys | Integrations | Notifications | Deliveries
> =>
  Layer.mergeAll(
    HttpApiBuilder.layer(NotificationsApi, { openapiPath: "/api/notifications/openapi.json" }),
    HttpApiScalar.layer(NotificationsApi, { path: "/api/notifications/reference" }),
    Astray.layer,
    pageOrigins.length === 0 ? Layer.empty : OtherPages.layer(pageOrigins),
  ).pipe(
    Layer.provide([
      SessionHttp.layer({ secureCookie, pageOrigins }),
      IntegrationsHttp.layer,
      EventsHttp.layer,
      DeliveriesHttp.layer,
      Boundary.layer,
    ]),
    Layer.provide([
      layerAuthorization({ pageOrigins }),
      HttpApiMiddleware.layerProblemDetails({ includeDetails: true }),
    ]),
    // For files and forms, which this API has none of.
    Layer.provide(HttpServer.layerServices),
  )
