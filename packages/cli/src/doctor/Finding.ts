/**
 * The result of a check: one line for a person, one object for a program.
 */
import { Cause, Duration, Effect } from "effect"
import type { UserError } from "../UserError.ts"

/**
 * `good`: works. `warning`: the server runs, but the configuration needs attention. `bad`: devices would be rejected, or the server would not
 * start.
 *
 * `check` is a stable name. `advice` tells what to do; it is missing when the verdict is `good`.
 *
 * @category models
 * @since 0.1.0
 */
export interface Finding {
  readonly check: string
  readonly verdict: "good" | "warning" | "bad"
  readonly detail: string
  readonly advice?: string
}

/**
 * @category models
 * @since 0.1.0
 */
export type Findings = ReadonlyArray<Finding>

/**
 * @category constructors
 * @since 0.1.0
 */
export const good = (check: string, detail: string): Finding => ({ check, verdict: "good", detail })

/**
 * @category constructors
 * @since 0.1.0
 */
export const warning = (check: string, detail: string, advice: string): Finding => ({
  check,
  verdict: "warning",
  detail,
  advice,
})

/**
 * @category constructors
 * @since 0.1.0
 */
export const bad = (check: string, detail: string, advice: string): Finding => ({
  check,
  verdict: "bad",
  detail,
  advice,
})

/** Time limit of a check. Each network call in it has a shorter one. */
const maxDuration = Duration.seconds(20)

/**
 * A check that always ends with findings: an input error, a time-out and an unexpected failure become findings.
 *
 * @category constructors
 * @since 0.1.0
 */
export const bounded = <R>(
  check: string,
  findings: Effect.Effect<Findings, UserError, R>,
  timeout: Duration.Duration = maxDuration,
): Effect.Effect<Findings, never, R> =>
  findings.pipe(
    Effect.timeoutOrElse({
      duration: timeout,
      orElse: () =>
        Effect.succeed([
          bad(check, `no result within ${Duration.format(timeout)}`, "check disk and network, then try again"),
        ]),
    }),
    Effect.catch((error) => Effect.succeed([fromUserError(check, error)])),
    Effect.catchCause((cause) =>
      Cause.hasInterruptsOnly(cause)
        ? Effect.failCause(cause)
        : Effect.succeed([bad(check, "the check failed unexpectedly", "this is a bug in espalier: report it")]),
    ),
  )

/**
 * An input error as a finding. Its advice names the flag of the error's message.
 *
 * @category constructors
 * @since 0.1.0
 */
export const fromUserError = (check: string, { message }: UserError): Finding => {
  const [, flag] = /^(--[a-z-]+)/.exec(message) ?? []
  return bad(check, message, flag === undefined ? "correct it" : `correct ${flag} or the file it names`)
}

const signs = { good: "✓", warning: "!", bad: "✗" } as const

/**
 * Formats a finding for a person: `✗ database: … → …`.
 *
 * @category formatting
 * @since 0.1.0
 */
export const line = ({ check, verdict, detail, advice }: Finding): string =>
  `${signs[verdict]} ${check}: ${detail}${advice === undefined ? "" : `\n    → ${advice}`}`
