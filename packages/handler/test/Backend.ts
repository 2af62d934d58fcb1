/**
 * A backend made of a test's functions, and the four ways to mount it, which must all answer alike.
 */
import { createServer } from "node:http"
import { NodeHttpServer } from "@effect/platform-node"
import { expect } from "@effect/vitest"
import { type WebhookName, webhooks } from "@espalier/schema"
import { Context, Effect, Layer, type Scope } from "effect"
import { HttpEffect, HttpRouter, HttpServer } from "effect/http"
import {
  AdoptHandler,
  AssetHandler,
  BootstrapTokenHandler,
  CheckInHandler,
  DeclarationHandler,
  DeclarationItemsHandler,
  DeclarationTokensHandler,
  EnrollHandler,
  EventHandler,
  type Handle,
  ReturnToServiceHandler,
  TokenHandler,
  UserAuthenticateHandler,
  Webhooks,
  WebhookVerifier,
} from "../src/index.ts"
import { toNodeListener } from "../src/Node.ts"
import { layerReference } from "../src/Reference.ts"

export type Handles = { readonly [Name in WebhookName]?: Handle<Name> }

const notAsked = () => Effect.die("the test has no function for this webhook")

/** Every service. One without a function dies when it is called. */
export const handlersOf = (handles: Handles) =>
  Layer.mergeAll(
    EventHandler.layer(handles.event ?? notAsked),
    CheckInHandler.layer(handles.checkin ?? notAsked),
    DeclarationTokensHandler.layer(handles.declarationTokens ?? notAsked),
    DeclarationItemsHandler.layer(handles.declarationItems ?? notAsked),
    DeclarationHandler.layer(handles.declaration ?? notAsked),
    AssetHandler.layer(handles.asset ?? notAsked),
    BootstrapTokenHandler.layer(handles.bootstrapToken ?? notAsked),
    UserAuthenticateHandler.layer(handles.userAuthenticate ?? notAsked),
    TokenHandler.layer(handles.token ?? notAsked),
    EnrollHandler.layer(handles.enroll ?? notAsked),
    ReturnToServiceHandler.layer(handles.returnToService ?? notAsked),
    AdoptHandler.layer(handles.adopt ?? notAsked),
  )

const unsigned = Layer.succeed(WebhookVerifier, () => Effect.void)

/** The same, without signatures. */
export const backendOf = (handles: Handles): Layer.Layer<Webhooks.Backend> => Layer.merge(handlersOf(handles), unsigned)

export interface Mounted {
  readonly fetch: (path: string, init?: RequestInit) => Promise<Response>
}

export type Mount = <E>(backend: Layer.Layer<Webhooks.Backend, E>) => Effect.Effect<Mounted, E, Scope.Scope>

/** A listener on its own port. */
export const listening = Effect.fnUntraced(function* <E>(backend: Layer.Layer<Webhooks.Backend, E>) {
  const { listener } = yield* Effect.acquireRelease(toNodeListener(backend), ({ dispose }) => dispose)
  const server = yield* Effect.acquireRelease(
    Effect.callback<ReturnType<typeof createServer>>((resume) => {
      const server = createServer(listener)
      server.listen(0, "127.0.0.1", () => resume(Effect.succeed(server)))
    }),
    (server) =>
      Effect.callback<void>((resume) => {
        server.close(() => resume(Effect.void))
        server.closeAllConnections()
      }),
  )
  const address = server.address()
  const port = typeof address === "object" && address !== null ? address.port : 0
  return { port, fetch: (path: string, init?: RequestInit) => fetch(`http://127.0.0.1:${port}${path}`, init) }
})

const inProcess =
  (handler: (request: Request) => Promise<Response>): Mounted["fetch"] =>
  (path, init) =>
    handler(new Request(`http://backend.example${path}`, init))

export const fetchHandler: Mount = (backend) =>
  Effect.map(
    Effect.acquireRelease(
      Effect.sync(() => Webhooks.toFetchHandler(backend)),
      ({ dispose }) => Effect.promise(dispose),
    ),
    ({ handler }) => ({ fetch: inProcess(handler) }),
  )

export const httpEffect: Mount = (backend) =>
  Effect.map(Webhooks.toHttpEffect(backend), (effect) => ({ fetch: inProcess(HttpEffect.toWebHandler(effect)) }))

/** Beside other routes of an Effect app. */
export const routes: Mount = (backend) =>
  Effect.gen(function* () {
    const App = Layer.merge(Webhooks.layer.pipe(Layer.provide(backend)), layerReference)
    const Server = HttpRouter.serve(App, { disableLogger: true, disableListenLog: true }).pipe(
      Layer.provideMerge(NodeHttpServer.layer(() => createServer(), { port: 0, host: "127.0.0.1" })),
    )
    const context = yield* Effect.orDie(Layer.build(Server))
    const { address } = Context.get(context, HttpServer.HttpServer)
    const port = "port" in address ? address.port : 0
    return { fetch: (path, init) => fetch(`http://127.0.0.1:${port}${path}`, init) }
  })

export const mounts: ReadonlyArray<readonly [name: string, mount: Mount]> = [
  ["toNodeListener", listening],
  ["toFetchHandler", fetchHandler],
  ["toHttpEffect", httpEffect],
  ["layer", routes],
]

/** A JSON request as the whitelabel server sends it. */
export const post = (body: unknown, headers?: Record<string, string>): RequestInit => ({
  method: "POST",
  headers: { "content-type": "application/json", ...headers },
  body: JSON.stringify(body),
})

export const pathOf = (name: WebhookName): string => webhooks[name].path

export const deviceScope = {
  _tag: "device",
  udid: "DEVICE-UDID",
  mdmOrigin: { url: "https://mdm.example.com" },
} as const

/** A call and the whole of its answer. */
export const send = (mounted: Mounted, path: string, init: RequestInit) =>
  Effect.promise(async () => {
    const response = await mounted.fetch(path, init)
    return { status: response.status, headers: response.headers, text: await response.text() }
  })

/** The server still answers: a valid check-in gets `Idle`. */
export const stillAnswers = Effect.fnUntraced(function* (mounted: Mounted) {
  const { status, text } = yield* send(mounted, pathOf("checkin"), post({ scope: deviceScope }))
  expect([status, text]).toEqual([200, '{"_tag":"Idle"}'])
})

/** A call of a webhook by name. */
export const call = (fetch: Mounted["fetch"], name: WebhookName, body: unknown) =>
  Effect.promise(async () => {
    const response = await fetch(pathOf(name), post(body))
    return { status: response.status, text: await response.text() }
  })
