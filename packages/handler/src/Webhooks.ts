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
import { MethodNotAllowed, UnknownWebhook, type WebhookName, webhooks } from "@espalier/schema"
import { Context, Effect, Layer, type Scope } from "effect"
import { HttpEffect, HttpRouter, HttpServerRequest, type HttpServerResponse } from "effect/http"
import { AnswerTimeout } from "./AnswerTimeout.ts"
import * as Call from "./Call.ts"
import * as ErrorResponse from "./ErrorResponse.ts"
import { pathOf } from "./RequestPath.ts"
import * as Services from "./Services.ts"
import { WebhookVerifier } from "./WebhookVerifier.ts"

/**
 * What the routes require: every webhook's service, and the verification of its callers.
 *
 * @category models
 * @since 0.1.0
 */
export type Backend = Services.Handlers | WebhookVerifier

const unknownWebhook = ({ originalUrl }: HttpServerRequest.HttpServerRequest) =>
  ErrorResponse.make(new UnknownWebhook({ message: `No webhook at ${pathOf(originalUrl).slice(0, 200)}` }))
const methodNotAllowed = ErrorResponse.make(new MethodNotAllowed({ message: "Use POST" }))
const paths = new Set<string>(Object.values(webhooks).map((webhook) => webhook.path))

/** Answers every other request under `/webhook/apple/`: 405 for a webhook's path, else 404. Slashes are treated as the router does. */
const notFound = (request: HttpServerRequest.HttpServerRequest) => {
  const path = `/${pathOf(request.url).split("/").filter(String).join("/")}`
  return Effect.succeed(paths.has(path) ? methodNotAllowed : unknownWebhook(request))
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
  const verify = yield* WebhookVerifier
  const limits = yield* RequestLimits.RequestLimits
  yield* router.add("POST", webhooks[name].path, Call.make(name, handle, verify, limits, yield* AnswerTimeout))
})

const addAll = Effect.fnUntraced(function* (router: HttpRouter.HttpRouter) {
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
})

/**
 * Where the webhooks are.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options {
  /** Comes before `/webhook/apple/…`, such as `/tenants/a`. */
  readonly prefix?: `/${string}` | undefined
}

/**
 * The routes under a prefix, for an app with several backends: each call makes routes of their own.
 *
 * **Example** (Two backends in one app)
 *
 * ```ts
 * import { Webhooks } from "@espalier/handler"
 * import { Layer } from "effect"
 *
 * declare const BackendA: Layer.Layer<Webhooks.Backend>
 * declare const BackendB: Layer.Layer<Webhooks.Backend>
 *
 * export const App = Layer.merge(
 *   Webhooks.layerWith({ prefix: "/a" }).pipe(Layer.provide(BackendA)),
 *   Webhooks.layerWith({ prefix: "/b" }).pipe(Layer.provide(BackendB)),
 * )
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layerWith = ({ prefix }: Options): Layer.Layer<never, never, HttpRouter.HttpRouter | Backend> =>
  HttpRouter.use((router) => addAll(prefix === undefined ? router : router.prefixed(prefix)))

/**
 * The routes, for an app that has an `HttpRouter`.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer: Layer.Layer<never, never, HttpRouter.HttpRouter | Backend> = layerWith({})

/** The backend stays in the context, so that loggers and tracers beside it apply to the calls too. */
const standalone = <E, R>(backend: Layer.Layer<Backend, E, R>, options: Options) =>
  layerWith(options).pipe(Layer.provideMerge(backend), Layer.provideMerge(HttpRouter.layer))

const answering = (context: Context.Context<HttpRouter.HttpRouter | Backend>) =>
  Context.get(context, HttpRouter.HttpRouter)
    .asHttpEffect()
    .pipe(
      Effect.catch(() => Effect.map(HttpServerRequest.HttpServerRequest, unknownWebhook)),
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
  options: Options = {},
): Effect.Effect<
  Effect.Effect<HttpServerResponse.HttpServerResponse, never, HttpServerRequest.HttpServerRequest | Scope.Scope>,
  E,
  R | Scope.Scope
> => Effect.map(Layer.build(standalone(backend, options)), answering)

/**
 * The routes as a fetch handler, for Hono, Deno, Bun, workers and the like. The first call builds the backend: at the top of a module, a
 * worker may do nothing. `dispose` closes the backend's layers. When the backend does not start, every call rejects with the reason.
 *
 * @category conversions
 * @since 0.1.0
 */
export const toFetchHandler = <E>(
  backend: Layer.Layer<Backend, E>,
  options: Options = {},
): {
  readonly handler: (request: Request) => Promise<Response>
  readonly dispose: () => Promise<void>
} => {
  let built: ReturnType<typeof build> | undefined
  const build = () =>
    HttpEffect.toWebHandlerLayerWith(standalone(backend, options), {
      toHandler: (context) => Effect.succeed(answering(context)),
    })
  return {
    handler: (request) => {
      built ??= build()
      return built.handler(request)
    },
    dispose: async () => built?.dispose(),
  }
}
