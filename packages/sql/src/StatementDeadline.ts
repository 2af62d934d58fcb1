/**
 * The time limit of a statement.
 *
 * A connection can fall silent: the server's machine is gone, or a firewall has forgotten the connection, and nothing ever answers. Without a limit a
 * statement on it would wait until the operating system gives up, which takes up to 15 minutes.
 */
import { Context, type Duration, Effect, Exit, Fiber } from "effect"

/**
 * PostgreSQL: how long a statement may take, the wait for a connection included. 10 seconds unless provided otherwise. Migrations have 10 minutes.
 *
 * @category references
 * @since 0.1.0
 */
export const StatementDeadline = Context.Reference<Duration.Input>("@espalier/sql/StatementDeadline", {
  defaultValue: () => "10 seconds",
})

/**
 * Ends an effect at a time limit with `onTimeout`. Its interruption is not awaited.
 *
 * **Gotchas**
 *
 * The limit is in real time, whatever the `Clock` is: sockets know no other time.
 *
 * @category limits
 * @since 0.1.0
 */
export const within = <A, E, R, E2, R2>(
  effect: Effect.Effect<A, E, R>,
  options: { readonly millis: number; readonly onTimeout: Effect.Effect<A, E2, R2> },
): Effect.Effect<A, E | E2, R | R2> =>
  Effect.contextWith((context: Context.Context<R>) =>
    Effect.callback<A, E | E2, R2>((resume) => {
      const fiber = Effect.runForkWith(context)(effect)
      const timer = setTimeout(() => {
        resume(options.onTimeout)
        fiber.interruptUnsafe()
      }, options.millis)
      fiber.addObserver((exit) => {
        clearTimeout(timer)
        resume(Exit.isSuccess(exit) ? Effect.succeed(exit.value) : Effect.failCause(exit.cause))
      })
      return Effect.suspend(() => {
        clearTimeout(timer)
        return Fiber.interrupt(fiber)
      })
    }),
  )
