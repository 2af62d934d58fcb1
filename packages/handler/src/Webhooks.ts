/**
 * Your services as an HttpApp: as routes of an existing app, as one effect, or as a fetch handler.
 *
 * The routes answer `POST /webhook/apple/…`, and every other request under `/webhook/apple/` with a typed 404 or 405. For `node:http` and
 * Express there is `@espalier/handler/node`.
 *
 * **Example** (A fetch handler)
 *
 * ```ts
 * import { Webhooks } from "@espalier/handler"
 * import type { Layer } from "effect"
 *
 * export const serve = (backend: Layer.Layer<Webhooks.Backend>) => Webhooks.toFetchHandler(backend).handler
 * ```
 */
import { RequestLimits } from "@espalier/http"
import { ManagementApi, MethodNotAllowed, UnknownWebhook, type WebhookName, webhooks } from "@espalier/schema"
import { Context, Effect, Layer, type Scope } from "effect"
import { HttpEffect, HttpRouter, type HttpServerRequest, HttpServerResponse } from "effect/http"
import { HttpApiScalar, OpenApi } from "effect/http-api"
import * as Call from "./Call.ts"
import * as ErrorResponse from "./ErrorResponse.ts"
import * as Services from "./Services.ts"
import { WebhookVerifier } from "./WebhookVerifier.ts"

/**
 * What the routes require: every webhook's service, and the verification of its callers.
 *
 * @category models
 * @since 0.1.0
 */
export type Backend = Services.Handlers | WebhookVerifier

const unknownWebhook = ErrorResponse.make(new UnknownWebhook({ message: "Webhook not found" }))
const methodNotAllowed = ErrorResponse.make(new MethodNotAllowed({ message: "Use POST" }))
const paths = new Set<string>(Object.values(webhooks).map((webhook) => webhook.path))

/** Answers every other request under `/webhook/apple/`: 405 for a webhook's path, else 404. Slashes are treated as the router does. */
const notFound = (request: HttpServerRequest.HttpServerRequest) => {
  const path = `/${(request.url.split("?", 1)[0] ?? "").split("/").filter(String).join("/")}`
  return Effect.succeed(paths.has(path) ? methodNotAllowed : unknownWebhook)
}

/** The service of each webhook. A new webhook in the schema's table does not compile here until it has one. */
const services = {
  event: Services.EventHandler,
  checkin: Services.CheckInHandler,
  declarationTokens: Services.DeclarationTokensHandler,
  declarationItems: Services.DeclarationItemsHandler,
  declaration: Services.DeclarationHandler,
  asset: Services.AssetHandler,
  bootstrapToken: Services.BootstrapTokenHandler,
  userAuthenticate: Services.UserAuthenticateHandler,
  token: Services.TokenHandler,
  enroll: Services.EnrollHandler,
  returnToService: Services.ReturnToServiceHandler,
  adopt: Services.AdoptHandler,
} as const satisfies { readonly [Name in WebhookName]: { readonly Service: Services.Handle<Name> } }

const add = Effect.fnUntraced(function* <Name extends WebhookName>(
  router: HttpRouter.HttpRouter,
  name: Name,
  handle: Services.Handle<Name>,
) {
  const limits = yield* RequestLimits.RequestLimits
  yield* router.add("POST", webhooks[name].path, Call.make(name, handle, yield* WebhookVerifier, limits))
})

/**
 * The routes, for an app that has an `HttpRouter`.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer: Layer.Layer<never, never, HttpRouter.HttpRouter | Backend> = HttpRouter.use(
  Effect.fnUntraced(function* (router) {
    yield* add(router, "event", yield* services.event)
    yield* add(router, "checkin", yield* services.checkin)
    yield* add(router, "declarationTokens", yield* services.declarationTokens)
    yield* add(router, "declarationItems", yield* services.declarationItems)
    yield* add(router, "declaration", yield* services.declaration)
    yield* add(router, "asset", yield* services.asset)
    yield* add(router, "bootstrapToken", yield* services.bootstrapToken)
    yield* add(router, "userAuthenticate", yield* services.userAuthenticate)
    yield* add(router, "token", yield* services.token)
    yield* add(router, "enroll", yield* services.enroll)
    yield* add(router, "returnToService", yield* services.returnToService)
    yield* add(router, "adopt", yield* services.adopt)
    yield* router.add("*", "/webhook/apple/*", notFound)
  }),
)

/**
 * `GET /webhook/openapi.json`, and an API reference page at `GET /webhook/reference`.
 *
 * @category layers
 * @since 0.1.0
 */
export const layerReference: Layer.Layer<never, never, HttpRouter.HttpRouter> = Layer.merge(
  HttpRouter.add("GET", "/webhook/openapi.json", HttpServerResponse.jsonUnsafe(OpenApi.fromApi(ManagementApi))),
  HttpApiScalar.layer(ManagementApi, { path: "/webhook/reference" }),
)

/** The backend stays in the context, so that loggers and tracers beside it apply to the calls too. */
const standalone = <E, R>(backend: Layer.Layer<Backend, E, R>) =>
  layer.pipe(Layer.provideMerge(backend), Layer.provideMerge(HttpRouter.layer))

const answering = (context: Context.Context<HttpRouter.HttpRouter | Backend>) =>
  Context.get(context, HttpRouter.HttpRouter)
    .asHttpEffect()
    .pipe(
      Effect.catch(() => Effect.succeed(unknownWebhook)),
      Effect.provideContext(context),
    )

/**
 * The routes as one effect from a request to a response, to mount in another Effect app. Built once, in the scope.
 * Every other path is answered with a typed 404.
 *
 * @category conversions
 * @since 0.1.0
 */
export const toHttpEffect = <E, R>(
  backend: Layer.Layer<Backend, E, R>,
): Effect.Effect<
  Effect.Effect<HttpServerResponse.HttpServerResponse, never, HttpServerRequest.HttpServerRequest | Scope.Scope>,
  E,
  R | Scope.Scope
> => Effect.map(Layer.build(standalone(backend)), answering)

/**
 * The routes as a fetch handler, for Hono, Deno, Bun, workers and the like. `dispose` closes the backend's layers.
 * When the backend does not start, every call rejects with the reason.
 *
 * @category conversions
 * @since 0.1.0
 */
export const toFetchHandler = <E>(
  backend: Layer.Layer<Backend, E>,
): {
  readonly handler: (request: Request) => Promise<Response>
  readonly dispose: () => Promise<void>
} =>
  HttpEffect.toWebHandlerLayerWith(standalone(backend), { toHandler: (context) => Effect.succeed(answering(context)) })
