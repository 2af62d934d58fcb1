/**
 * Wakes devices through Apple's push service (APNs), so that they come and ask for commands.
 *
 * One HTTP/2 connection per push certificate, opened with the first push and kept; no more streams on it than APNs allows,
 * everybody else waits. What APNs lost or could not do is tried again, on a new connection where the old one is gone.
 *
 * A push says only "call me": it carries nothing, may get lost, and may come twice. That it was accepted does not mean that
 * the device is on.
 *
 * Source: Apple, "Sending push notifications to devices" (MDM), "Establishing a connection to APNs", RFC 9113.
 */

import { randomUUID } from "node:crypto"
import { Clock, Context, Effect, Layer, Random, Result, type Scope } from "effect"
import * as Connection from "./Push/Connection.ts"
import { type Notification, type Request, toRequest } from "./Push/Notification.ts"
import { type AttemptFailure, attemptFailure, PushError } from "./Push/PushError.ts"
import * as PushOptions from "./Push/PushOptions.ts"
import { read } from "./Push/Response.ts"

export type { Notification } from "./Push/Notification.ts"
export { PushError, Reason } from "./Push/PushError.ts"
export { InvalidPushOptions, type PushCertificate, type PushOptions } from "./Push/PushOptions.ts"

/**
 * APNs took the push; `apnsId` is its name in Apple's logs.
 *
 * @category models
 * @since 0.1.0
 */
export interface Accepted {
  readonly apnsId: string
}

/**
 * A certificate's last day. `daysLeft`: whole days until then, negative when it is past.
 *
 * @category models
 * @since 0.1.0
 */
export interface CertificateExpiry {
  readonly topic: string
  readonly notAfter: Date
  readonly daysLeft: number
}

/**
 * @category models
 * @since 0.1.0
 */
export interface Service {
  /** Asks one device to call. */
  readonly push: (notification: Notification) => Effect.Effect<Accepted, PushError>
  /** Asks many, as many at a time as the connections carry. What became of each, in the order of the batch. */
  readonly pushMany: (
    batch: ReadonlyArray<Notification>,
  ) => Effect.Effect<ReadonlyArray<Result.Result<Accepted, PushError>>>
  /** How long the certificates still live: for a warning in time, and for readiness. */
  readonly certificateExpiry: Effect.Effect<ReadonlyArray<CertificateExpiry>>
}

/**
 * @example
 * ```ts
 * import { Push } from "@espalier/apple"
 * import { Effect } from "effect"
 *
 * const wake = (device: Push.Notification) => Effect.flatMap(Push.Push, (apns) => apns.push(device))
 * ```
 *
 * @category services
 * @since 0.1.0
 */
export class Push extends Context.Service<Push, Service>()("@espalier/apple/Push") {}

/**
 * Pushes over connections that live as long as the layer.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer = (options: PushOptions.PushOptions): Layer.Layer<Push, PushOptions.InvalidPushOptions> =>
  Layer.effect(Push)(make(options))

/** Pause before the second try, in milliseconds; it doubles from try to try. */
const firstPause = 100
const millisPerDay = 24 * 60 * 60 * 1000

/**
 * The same without a layer.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = Effect.fnUntraced(function* (
  input: PushOptions.PushOptions,
): Effect.fn.Return<Service, PushOptions.InvalidPushOptions, Scope.Scope> {
  const options = yield* Effect.fromResult(PushOptions.resolve(input))
  const routes = new Map<string, Route>()
  for (const identity of options.identities) {
    routes.set(identity.topic, { connection: yield* Connection.make(identity, options), pending: 0 })
  }

  const tries = Effect.fnUntraced(function* (route: Route, request: Request): Effect.fn.Return<void, PushError> {
    const deadline = (yield* Clock.currentTimeMillis) + options.timeout
    for (let tried = 1; ; tried++) {
      const outcome = yield* Effect.result(attempt(route.connection, request, options.attemptTimeout))
      if (Result.isSuccess(outcome)) return
      const { error, again, notBefore } = outcome.failure
      const now = yield* Clock.currentTimeMillis
      const backoff = firstPause * 2 ** (tried - 1) * (yield* Random.nextBetween(0.8, 1.2))
      const resumeAt = Math.max(now + backoff, notBefore)
      if (!again || tried > options.retries || resumeAt >= deadline) return yield* error
      yield* Effect.sleep(resumeAt - now)
      // The session may have ended after the try it took down; and timers may fire a little early.
      const pausedUntil = route.connection.pausedUntil() + 2
      if (pausedUntil >= deadline) return yield* error
      yield* Effect.sleep(Math.max(0, pausedUntil - (yield* Clock.currentTimeMillis)))
    }
  })

  const push = Effect.fn("Push.push")(function* (notification: Notification): Effect.fn.Return<Accepted, PushError> {
    const route = routes.get(notification.topic)
    if (route === undefined) return yield* failure("TopicNotFound", "No push certificate has this topic")
    yield* Effect.annotateCurrentSpan("topic", notification.topic)
    const apnsId = randomUUID()
    const request = yield* Effect.fromResult(toRequest(notification, apnsId, yield* Clock.currentTimeMillis))
    if (route.pending >= options.concurrency + options.queue) {
      return yield* failure("Overloaded", "Too many pushes are waiting")
    }
    route.pending++
    yield* tries(route, request).pipe(
      Effect.timeoutOrElse({ duration: options.timeout, orElse: () => Effect.fail(timedOut()) }),
      Effect.ensuring(Effect.sync(() => route.pending--)),
    )
    return { apnsId }
  })

  return {
    push,
    pushMany: (batch) =>
      Effect.forEach(batch, (notification) => Effect.result(push(notification)), {
        concurrency: options.concurrency * routes.size,
      }),
    certificateExpiry: Effect.map(Clock.currentTimeMillis, (now) =>
      options.identities.map(({ topic, notAfter }) => ({
        topic,
        notAfter,
        daysLeft: Math.floor((notAfter.getTime() - now) / millisPerDay),
      })),
    ),
  }
})

interface Route {
  readonly connection: Connection.Connection
  /** Pushes that have no outcome yet. */
  pending: number
}

/** Waits for a turn on whatever session is there by then, and posts. */
const attempt = Effect.fnUntraced(function* (
  connection: Connection.Connection,
  request: Request,
  attemptTimeout: number,
): Effect.fn.Return<void, AttemptFailure> {
  while (true) {
    const session = yield* connection.session
    const post = session.post(request).pipe(
      Effect.timeoutOrElse({
        duration: attemptTimeout,
        orElse: () => {
          session.retire()
          return Effect.fail(attemptFailure(timedOut(), true))
        },
      }),
    )
    const answer = yield* session.permits.withPermit(Effect.suspend(() => (session.isOpen() ? post : Effect.undefined)))
    if (answer !== undefined) return yield* Effect.fromResult(read(answer, yield* Clock.currentTimeMillis))
  }
})

const failure = (reason: PushError["reason"], message: string) => new PushError({ reason, message })
const timedOut = () => failure("Timeout", "No answer from APNs in time")
