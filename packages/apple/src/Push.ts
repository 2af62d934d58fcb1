/**
 * Wakes devices through Apple's push service (APNs), so that they poll for commands.
 *
 * One HTTP/2 connection per push certificate, opened with the first push and kept. It carries at most as many streams as APNs allows;
 * further pushes wait. A push that APNs lost or could not handle is sent again, on a new connection if the old one has ended.
 *
 * A push only wakes the device: it carries no content, may get lost, and may arrive twice. An accepted push does not mean that
 * the device is on.
 *
 * Source: Apple, "Sending push notifications to devices" (MDM), "Establishing a connection to APNs", RFC 9113.
 */

import { randomUUID } from "node:crypto"
import { Clock, Config, Context, Effect, Layer, Random, Result, type Scope } from "effect"
import * as Connection from "./Push/Connection.ts"
import { type Notification, type Request, toRequest } from "./Push/Notification.ts"
import { type AttemptFailure, attemptFailure, PushError } from "./Push/PushError.ts"
import * as PushOptions from "./Push/PushOptions.ts"
import { read } from "./Push/Response.ts"

export type { Notification } from "./Push/Notification.ts"
export type { PushCertificate } from "./Push/PushCertificate.ts"
export { PushError, Reason } from "./Push/PushError.ts"
export { InvalidPushOptions, type PushOptions } from "./Push/PushOptions.ts"

/**
 * APNs accepted the push; `apnsId` identifies it in Apple's logs.
 *
 * @category models
 * @since 0.1.0
 */
export interface Accepted {
  readonly apnsId: string
}

/**
 * The end of a certificate's validity. `daysLeft`: whole days until then, negative when it is past.
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
  /** Wakes one device. */
  readonly push: (notification: Notification) => Effect.Effect<Accepted, PushError>
  /** Wakes many, as many at a time as the connections carry. The results are in the order of the batch. */
  readonly pushMany: (
    batch: ReadonlyArray<Notification>,
  ) => Effect.Effect<ReadonlyArray<Result.Result<Accepted, PushError>>>
  /** When the certificates expire, for warnings and readiness. */
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

/**
 * {@link layer} with options from the configuration, such as environment variables.
 *
 * **Example** (A certificate from the environment)
 *
 * ```ts
 * import { Push } from "@espalier/apple"
 * import { Config } from "effect"
 *
 * const certificate = Config.all({ cert: Config.String("PUSH_CERT"), key: Config.Redacted("PUSH_KEY") })
 * const live = Push.layerConfig({ certificates: Config.map(certificate, (one) => [one]) })
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layerConfig = (
  options: Config.Wrap<PushOptions.PushOptions>,
): Layer.Layer<Push, Config.ConfigError | PushOptions.InvalidPushOptions> =>
  Layer.effect(Push)(Effect.flatMap(Config.unwrap(options), make))

/** Pause before the second attempt, in milliseconds; it doubles with each attempt. */
const firstPause = 100
const millisPerDay = 24 * 60 * 60 * 1000

/**
 * Creates the service without a layer.
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

  const sendWithRetries = Effect.fnUntraced(function* (
    route: Route,
    request: Request,
  ): Effect.fn.Return<void, PushError> {
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
      // The session may end after the attempt that it interrupted, and timers may fire a little early.
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
    yield* sendWithRetries(route, request).pipe(
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
  /** Pushes in progress. */
  pending: number
}

/** Waits for a stream on the current session, and posts. */
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
