/**
 * Receives notifications: {@link verify} for a server of your own, {@link handler} and its variants for a whole endpoint.
 *
 * An endpoint checks the signature, decodes the event, calls its handler, and responds with a status that the sender understands:
 *
 * | status | when                                                        | the sender      |
 * |--------|-------------------------------------------------------------|-----------------|
 * | 204    | handled now or before, or an `action` that is not yet known | is done         |
 * | 400    | signed, but not JSON, or invalid members                    | retries         |
 * | 401    | no valid signature, or one that is too old                  | retries         |
 * | 405    | not a `POST`                                                |                 |
 * | 413    | more than 320 KiB; a notification has at most 256           | retries         |
 * | 500    | the handler failed; the id is not remembered                | retries         |
 *
 * **Gotchas**
 *
 * The sender waits 15 seconds for a response and then closes the connection. A handler that has started runs to its end nevertheless, Effect or
 * promise, and the event is remembered as handled; a retry that arrives meanwhile waits for it and gets 204.
 *
 * **Example**
 *
 * ```ts
 * import { Receiver } from "@espalier/notifications/receiver"
 *
 * export const POST = Receiver.fetchHandler({
 *   secrets: [process.env["WEBHOOK_SECRET"] ?? ""],
 *   on: {
 *     device_enrolled: async (event, { id }) => console.info(id, event.mdmUser.email),
 *     otherwise: async () => {},
 *   },
 * })
 * ```
 */
import type { Secret, WebhookSignature } from "@espalier/signing"
import { ByteSize, Clock, Config, type Duration, Effect, Layer, Result } from "effect"
import { HttpEffect, HttpIncomingMessage, HttpRouter, HttpServerRequest, HttpServerResponse } from "effect/http"
import type { EventError } from "./EventError.ts"
import * as EventHandlers from "./EventHandlers.ts"
import * as IdempotencyStore from "./IdempotencyStore.ts"
import { type Received, type ReceivedHeaders, receive, type SecretText, secretsOf } from "./Verification.ts"

export type { EventHandler, Info } from "./EventHandlers.ts"
export type { Received, ReceivedHeaders, SecretText } from "./Verification.ts"

/**
 * A request to verify. `secrets` has several entries while one is being replaced. `body` is the bytes as they arrived, or their text in UTF-8.
 * `tolerance` is how far the timestamp may be from now, in either direction; five minutes by default.
 *
 * @category models
 * @since 0.1.0
 */
export interface Request {
  readonly secrets: ReadonlyArray<SecretText>
  readonly headers: ReceivedHeaders
  readonly body: Uint8Array | string
  readonly tolerance?: Duration.Input | undefined
}

/**
 * Why a request contains no event: it does not come from the sender (`SignatureError`: respond 401), it cannot be read (`EventError`), or the
 * receiver's own secrets are malformed (`SecretError`).
 *
 * @category errors
 * @since 0.1.0
 */
export type VerifyError = Secret.SecretError | WebhookSignature.SignatureError | EventError

/**
 * Verifies and decodes, without Effect. `now` is in Unix milliseconds and defaults to the present.
 *
 * **Example**
 *
 * ```ts
 * import { Receiver } from "@espalier/notifications/receiver"
 *
 * export const receive = (headers: Headers, body: Uint8Array) => {
 *   const result = Receiver.verifySync({ secrets: ["whsec_…"], headers, body })
 *   return result._tag === "Success" ? result.success.event : result.failure.message
 * }
 * ```
 *
 * @category verification
 * @since 0.1.0
 */
export const verifySync = ({
  secrets,
  headers,
  body,
  tolerance,
  now = Date.now(),
}: Request & { readonly now?: number | undefined }): Result.Result<Received, VerifyError> =>
  Result.flatMap(
    secretsOf(secrets),
    (secrets): Result.Result<Received, VerifyError> => receive(now, secrets, headers, body, tolerance),
  )

/**
 * Verifies and decodes. The time is that of the `Clock`.
 *
 * @category verification
 * @since 0.1.0
 */
export const verify = (request: Request): Effect.Effect<Received, VerifyError> =>
  Clock.clockWith((clock) => Effect.fromResult(verifySync({ ...request, now: clock.currentTimeMillisUnsafe() })))

/** The result of an Effect handler. A failure is a 500. */
type Out<R> = Effect.Effect<unknown, unknown, R>

/**
 * An endpoint. `idempotencyStore` defaults to {@link IdempotencyStore.memory}: provide one over your database where there are several processes, or
 * where an event must not be handled again after a restart.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options<T = never, D = never, A = never, P = never, I = never, O = never> {
  readonly secrets: ReadonlyArray<SecretText>
  readonly on: EventHandlers.EventHandlers<{
    readonly enrollment_token_created: Out<T>
    readonly device_enrolled: Out<D>
    readonly device_added_mdm_user: Out<A>
    readonly apple_push_certification_renovation: Out<P>
    readonly inventory_item: Out<I>
    readonly otherwise: Out<O>
  }>
  readonly idempotencyStore?: IdempotencyStore.IdempotencyStore<unknown> | undefined
}

/**
 * An endpoint with promises, or plain functions. A rejection is a 500.
 *
 * @category models
 * @since 0.1.0
 */
export interface FetchOptions {
  readonly secrets: ReadonlyArray<SecretText>
  readonly on: EventHandlers.EventHandlersOf<unknown>
  readonly idempotencyStore?: IdempotencyStore.PromiseIdempotencyStore | undefined
}

/**
 * An endpoint as an Effect from a request to its response, to mount anywhere. Fails when a secret is malformed.
 *
 * @category endpoints
 * @since 0.1.0
 */
export const handler = Effect.fnUntraced(function* <T = never, D = never, A = never, P = never, I = never, O = never>(
  options: Options<T, D, A, P, I, O>,
) {
  const secrets = yield* Effect.fromResult(secretsOf(options.secrets))
  const handlers = EventHandlers.complete<Out<T | D | A | P | I | O>>(options.on)
  const store = options.idempotencyStore ?? (yield* IdempotencyStore.memory())

  const respond = Effect.gen(function* () {
    const request = yield* HttpServerRequest.HttpServerRequest
    if (request.method !== "POST") return notAllowed
    const body = yield* request.arrayBuffer
    const now = yield* Clock.currentTimeMillis
    const received = yield* Effect.fromResult(receive(now, secrets, request.headers, new Uint8Array(body)))
    const handling = Effect.suspend(() => Effect.asVoid(EventHandlers.dispatch(handlers, received)))
    return yield* store.runOnce(received.id, handling).pipe(
      Effect.uninterruptible,
      Effect.as(done),
      Effect.catchCause((cause) => Effect.as(Effect.logError(`notification ${received.id} failed`, cause), failed)),
    )
  })

  return respond.pipe(
    Effect.provideService(HttpIncomingMessage.MaxBodySize, maxBytes),
    Effect.catchTags({
      SignatureError: () => Effect.succeed(unsigned),
      HttpServerError: ({ reason }) =>
        Effect.succeed(reason._tag === "RequestParseError" && reason.reason === "BodyTooLarge" ? tooLarge : incomplete),
      EventError: (error) =>
        Effect.as(
          Effect.logWarning(`notification ${error.id} cannot be read`, error.reason),
          error.reason === "UnknownEvent" ? done : HttpServerResponse.text(error.message, { status: 400 }),
        ),
    }),
  )
})

const maxBytes = ByteSize.fromInputUnsafe("320 KiB")

const done = HttpServerResponse.empty()
const failed = HttpServerResponse.text("The handler failed", { status: 500 })
const incomplete = HttpServerResponse.text("The body is incomplete", { status: 400 })
const tooLarge = HttpServerResponse.text("The body is larger than 320 KiB", { status: 413 })
const notAllowed = HttpServerResponse.text("Send notifications with POST", { status: 405, headers: { allow: "POST" } })
/** The same for every reason, so that the caller learns nothing. */
const unsigned = HttpServerResponse.text("The signature is missing, stale or wrong", { status: 401 })

/**
 * {@link handler} as the route `POST path` of an app with an `HttpRouter`.
 *
 * @category endpoints
 * @since 0.1.0
 */
export const layer = <T = never, D = never, A = never, P = never, I = never, O = never>(
  path: HttpRouter.PathInput,
  options: Options<T, D, A, P, I, O>,
) => HttpRouter.use((router) => Effect.flatMap(handler(options), (respond) => router.add("POST", path, respond)))

/**
 * {@link layer} with secrets from the configuration. A missing secret is a `ConfigError`, a malformed one a `SecretError`.
 *
 * **Example** (A secret from the environment)
 *
 * ```ts
 * import { Receiver } from "@espalier/notifications/receiver"
 * import { Config, Effect } from "effect"
 *
 * export const hook = Receiver.layerConfig("/hooks/mdm", {
 *   secrets: [Config.Redacted("WEBHOOK_SECRET")],
 *   on: { otherwise: (event) => Effect.log(event.action) },
 * })
 * ```
 *
 * @category endpoints
 * @since 0.1.0
 */
export const layerConfig = <T = never, D = never, A = never, P = never, I = never, O = never>(
  path: HttpRouter.PathInput,
  options: Omit<Options<T, D, A, P, I, O>, "secrets"> & {
    readonly secrets: ReadonlyArray<Config.Config<SecretText>>
  },
) => Layer.unwrap(Effect.map(Config.all(options.secrets), (secrets) => layer(path, { ...options, secrets })))

/**
 * {@link handler} without Effect: a function from a `Request` to its `Response`, for any fetch runtime. Throws at once when a secret is malformed;
 * the function itself never rejects.
 *
 * @category endpoints
 * @since 0.1.0
 */
export const fetchHandler = ({
  secrets,
  on,
  idempotencyStore,
}: FetchOptions): ((request: globalThis.Request) => Promise<Response>) =>
  Effect.runSync(
    Effect.map(
      handler({
        secrets,
        on: effects(on),
        idempotencyStore: idempotencyStore === undefined ? undefined : effectStore(idempotencyStore),
      }),
      (respond) => HttpEffect.toWebHandler(respond),
    ),
  )

const promised = <A>(run: () => A | Promise<A>): Effect.Effect<A, unknown> =>
  Effect.tryPromise({ try: async () => run(), catch: (error) => error })

const effects = (on: FetchOptions["on"]): EventHandlers.EventHandlersOf<Out<never>> => {
  const handlers = EventHandlers.complete(on)
  return {
    enrollment_token_created: (event, info) => promised(() => handlers.enrollment_token_created(event, info)),
    device_enrolled: (event, info) => promised(() => handlers.device_enrolled(event, info)),
    device_added_mdm_user: (event, info) => promised(() => handlers.device_added_mdm_user(event, info)),
    apple_push_certification_renovation: (event, info) =>
      promised(() => handlers.apple_push_certification_renovation(event, info)),
    inventory_item: (event, info) => promised(() => handlers.inventory_item(event, info)),
  }
}

const effectStore = (store: IdempotencyStore.PromiseIdempotencyStore): IdempotencyStore.IdempotencyStore<unknown> => ({
  runOnce: (id, handle) =>
    Effect.contextWith((context) => promised(() => store.runOnce(id, () => Effect.runPromiseWith(context)(handle)))),
})
