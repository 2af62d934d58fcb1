/**
 * The connection of one push certificate to APNs: at most one session that accepts pushes, opened when it is needed and reused.
 *
 * A session that could not be opened, or ended without a response, is a failure. After it the connection waits before it opens another:
 * from 100 milliseconds, doubled with each consecutive failure, up to 30 seconds. Pushes fail with the last failure meanwhile. APNs
 * treats rapid reconnecting as an attack.
 */
import { Clock, Effect, Option, Scope, Semaphore } from "effect"
import type { PushIdentity } from "./PushCertificate.ts"
import { type AttemptFailure, attemptFailure, PushError } from "./PushError.ts"
import type { Resolved } from "./PushOptions.ts"
import * as Session from "./Session.ts"

/**
 * @category models
 * @since 0.1.0
 */
export interface Connection {
  /** The current session, opened if necessary. */
  readonly session: Effect.Effect<Session.Session, AttemptFailure>
  /** No session is opened before this moment (milliseconds since 1970). */
  readonly pausedUntil: () => number
}

const firstPause = 100
const longestPause = 30_000

/**
 * A connection that closes with its scope; pushes in progress may finish within `closeTimeout`.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = Effect.fnUntraced(function* (
  identity: PushIdentity,
  options: Resolved,
): Effect.fn.Return<Connection, never, Scope.Scope> {
  const scope = yield* Effect.scope
  const clock = yield* Clock.Clock
  const oneAtATime = Semaphore.makeUnsafe(1)
  const alive = new Set<Session.Session>()
  let current: Session.Session | undefined
  let failures = 0
  let lastFailure: AttemptFailure | undefined
  let pausedUntil = 0
  let closing = false
  let onAllEnded = () => {}

  const open = Effect.callback<Session.Session, AttemptFailure>((resume) => {
    const session = Session.start(identity, options, {
      onReady: (ready) => {
        current = ready
        resume(Effect.succeed(ready))
      },
      onResponse: () => {
        failures = 0
      },
      onEnd: (ended, why, responded) => {
        alive.delete(ended)
        if (current === ended) current = undefined
        const failure = attemptFailure(why, why.reason === "Unavailable")
        if (!responded) {
          lastFailure = failure
          pausedUntil =
            clock.currentTimeMillisUnsafe() + Math.min(longestPause, firstPause * 2 ** Math.min(failures++, 20))
        }
        resume(Effect.fail(failure))
        if (alive.size === 0) onAllEnded()
      },
    })
    alive.add(session)
    return Effect.sync(session.destroy)
  }).pipe(
    Effect.timeoutOrElse({
      duration: options.connectTimeout,
      orElse: () => Effect.fail(attemptFailure(unavailable("No connection to APNs in time"), true)),
    }),
    Effect.tap((session) => Effect.forkIn(keep(session, options), scope)),
  )

  const usable = () => (current?.isOpen() ? current : undefined)
  const openOnce = Effect.suspend(() => {
    const session = usable()
    if (session !== undefined) return Effect.succeed(session)
    if (closing) return Effect.fail(attemptFailure(unavailable("The connection to APNs is closed"), false))
    if (lastFailure !== undefined && pausedUntil > clock.currentTimeMillisUnsafe()) return Effect.fail(lastFailure)
    return open
  })

  const allEnded = Effect.callback<void>((resume) => {
    onAllEnded = () => resume(Effect.void)
    if (alive.size === 0) onAllEnded()
  })
  yield* Scope.addFinalizer(
    scope,
    Effect.suspend(() => {
      closing = true
      for (const session of alive) session.retire()
      return allEnded.pipe(Effect.timeoutOption(options.closeTimeout))
    }).pipe(Effect.ensuring(Effect.sync(() => alive.forEach((session) => void session.destroy())))),
  )

  return {
    session: Effect.suspend(() => {
      const session = usable()
      return session === undefined ? oneAtATime.withPermit(openOnce) : Effect.succeed(session)
    }),
    pausedUntil: () => pausedUntil,
  }
})

/** Detects a session that died silently, retires an idle one, and ends a retired one. */
const keep = Effect.fnUntraced(function* (session: Session.Session, options: Resolved) {
  const interval = Math.min(options.pingInterval, options.idleTimeout)
  const ping = session.ping.pipe(
    Effect.timeoutOption(Math.min(options.pingInterval, options.attemptTimeout)),
    Effect.map(Option.getOrElse(() => false)),
  )
  let posts = 0
  let idle = 0
  while (session.isOpen()) {
    yield* Effect.sleep(interval)
    idle = session.posts() === posts ? idle + interval : 0
    posts = session.posts()
    if (idle >= options.idleTimeout) session.retire()
    else if (!(yield* ping)) session.destroy()
  }
  // No push waits for a response of it any more.
  yield* Effect.sleep(options.attemptTimeout)
  session.destroy()
})

const unavailable = (message: string) => new PushError({ reason: "Unavailable", message })
