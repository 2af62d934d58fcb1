/**
 * Receives notifications: {@link verify} for those who have a server of their own, {@link handler} and its kin for a whole endpoint.
 *
 * An endpoint checks the signature, decodes, calls one function an event, and answers what the sender understands:
 *
 * | answer | when                                                       | the sender          |
 * |--------|------------------------------------------------------------|---------------------|
 * | 204    | handled, handled before, or of an `action` not yet known   | has delivered       |
 * | 400    | signed, but not JSON, or not the members of its `action`   | tries again         |
 * | 401    | no signature that fits a secret, or one too old            | tries again         |
 * | 405    | not a `POST`                                               |                     |
 * | 413    | more than 320 KiB; no notification has more than 256       | tries again         |
 * | 500    | the function failed; the id is not remembered              | tries again         |
 *
 * What surprises: the sender waits 15 seconds for an answer and then hangs up. A function that has begun runs to its end nevertheless, Effect
 * or promise, and is remembered as handled; the next try, which may come meanwhile, waits for it and is answered 204.
 *
 * @example
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
import { ByteSize, Clock, type Duration, Effect, Result } from "effect"
import { HttpEffect, HttpIncomingMessage, HttpRouter, HttpServerRequest, HttpServerResponse } from "effect/http"
import * as Cases from "./Cases.ts"
import type { EventError } from "./EventError.ts"
import * as Seen from "./Seen.ts"
import { type Received, type ReceivedHeaders, receive, type SecretText, secretsOf } from "./Verification.ts"

export type { Case, Info } from "./Cases.ts"
export type { Received, ReceivedHeaders, SecretText } from "./Verification.ts"

/**
 * A request to verify. `secrets`: several while one is being replaced. `body`: the bytes before anything parsed them, or the text that
 * they are in UTF-8. `tolerance`: how far its timestamp may be from now, either way; five minutes unless given.
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
 * Why a request gives no event: not the sender's (`SignatureError`: answer 401), the sender's but not readable (`EventError`), or the receiver's
 * own secrets are none (`SecretError`).
 *
 * @category errors
 * @since 0.1.0
 */
export type VerifyError = Secret.SecretError | WebhookSignature.SignatureError | EventError

/**
 * Verifies and decodes, without an Effect around it. `now` in Unix milliseconds, the machine's unless given.
 *
 * @example
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
 * Verifies and decodes, by the `Clock`.
 *
 * @category verification
 * @since 0.1.0
 */
export const verify = (request: Request): Effect.Effect<Received, VerifyError> =>
  Clock.clockWith((clock) => Effect.fromResult(verifySync({ ...request, now: clock.currentTimeMillisUnsafe() })))

/** What a case of an Effect endpoint gives: its failure is a 500, whatever it is. */
type Out<R> = Effect.Effect<unknown, unknown, R>

/**
 * An endpoint. `seen` is {@link Seen.memory} unless given: give one over your database where there are several processes, or where a restart
 * must not let an event be handled again.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options<T = never, D = never, A = never, P = never, I = never, O = never> {
  readonly secrets: ReadonlyArray<SecretText>
  readonly on: Cases.On<{
    readonly enrollment_token_created: Out<T>
    readonly device_enrolled: Out<D>
    readonly device_added_mdm_user: Out<A>
    readonly apple_push_certification_renovation: Out<P>
    readonly inventory_item: Out<I>
    readonly otherwise: Out<O>
  }>
  readonly seen?: Seen.Seen<unknown> | undefined
}

/**
 * An endpoint with promises, or plain functions. A rejection is a 500.
 *
 * @category models
 * @since 0.1.0
 */
export interface FetchOptions {
  readonly secrets: ReadonlyArray<SecretText>
  readonly on: Cases.OnSame<unknown>
  readonly seen?: Seen.PromiseSeen | undefined
}

/**
 * An endpoint as an Effect from a request to its answer, to mount anywhere. Fails when a secret is malformed.
 *
 * @category endpoints
 * @since 0.1.0
 */
export const handler = Effect.fnUntraced(function* <T = never, D = never, A = never, P = never, I = never, O = never>(
  options: Options<T, D, A, P, I, O>,
) {
  const secrets = yield* Effect.fromResult(secretsOf(options.secrets))
  const cases = Cases.complete<Out<T | D | A | P | I | O>>(options.on)
  const seen = options.seen ?? (yield* Seen.memory())

  const heard = Effect.gen(function* () {
    const request = yield* HttpServerRequest.HttpServerRequest
    if (request.method !== "POST") return notAllowed
    const body = yield* request.arrayBuffer
    const now = yield* Clock.currentTimeMillis
    const received = yield* Effect.fromResult(receive(now, secrets, request.headers, new Uint8Array(body)))
    const handling = Effect.suspend(() => Effect.asVoid(Cases.dispatch(cases, received)))
    return yield* seen.once(received.id, handling).pipe(
      Effect.uninterruptible,
      Effect.as(done),
      Effect.catchCause((cause) => Effect.as(Effect.logError(`notification ${received.id} failed`, cause), failed)),
    )
  })

  return heard.pipe(
    Effect.provideService(HttpIncomingMessage.MaxBodySize, maxBytes),
    Effect.catchTags({
      SignatureError: () => Effect.succeed(unsigned),
      HttpServerError: ({ reason }) =>
        Effect.succeed(reason._tag === "RequestParseError" && reason.reason === "BodyTooLarge" ? tooLarge : brokenOff),
      EventError: (error) =>
        Effect.as(
          Effect.logWarning(`notification ${error.id} is not read`, error.reason),
          error.reason === "UnknownEvent" ? done : HttpServerResponse.text(error.message, { status: 400 }),
        ),
    }),
  )
})

const maxBytes = ByteSize.fromInputUnsafe("320 KiB")

const done = HttpServerResponse.empty()
const failed = HttpServerResponse.text("The receiver failed", { status: 500 })
const brokenOff = HttpServerResponse.text("The body broke off", { status: 400 })
const tooLarge = HttpServerResponse.text("The body is larger than 320 KiB", { status: 413 })
const notAllowed = HttpServerResponse.text("Notifications are posted", { status: 405, headers: { allow: "POST" } })
/** One answer for every reason: the caller is not told which. */
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
) => HttpRouter.use((router) => Effect.flatMap(handler(options), (answer) => router.add("POST", path, answer)))

/**
 * {@link handler} for those who write no Effects: a function from a `Request` to its `Response`, for any fetch runtime. Throws at once when a
 * secret is malformed; the function itself never rejects.
 *
 * @category endpoints
 * @since 0.1.0
 */
export const fetchHandler = ({
  secrets,
  on,
  seen,
}: FetchOptions): ((request: globalThis.Request) => Promise<Response>) =>
  Effect.runSync(
    Effect.map(
      handler({ secrets, on: effects(on), seen: seen === undefined ? undefined : effectSeen(seen) }),
      (answer) => HttpEffect.toWebHandler(answer),
    ),
  )

const promised = <A>(run: () => A | Promise<A>): Effect.Effect<A, unknown> =>
  Effect.tryPromise({ try: async () => run(), catch: (error) => error })

const effects = (on: FetchOptions["on"]): Cases.OnSame<Out<never>> => {
  const cases = Cases.complete(on)
  return {
    enrollment_token_created: (event, info) => promised(() => cases.enrollment_token_created(event, info)),
    device_enrolled: (event, info) => promised(() => cases.device_enrolled(event, info)),
    device_added_mdm_user: (event, info) => promised(() => cases.device_added_mdm_user(event, info)),
    apple_push_certification_renovation: (event, info) =>
      promised(() => cases.apple_push_certification_renovation(event, info)),
    inventory_item: (event, info) => promised(() => cases.inventory_item(event, info)),
  }
}

const effectSeen = (seen: Seen.PromiseSeen): Seen.Seen<unknown> => ({
  once: (id, handle) =>
    Effect.contextWith((context) => promised(() => seen.once(id, () => Effect.runPromiseWith(context)(handle)))),
})
