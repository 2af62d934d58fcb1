/**
 * What a check of a set-up has found: one line for a person, one object for a program.
 */
import { Cause, Duration, Effect } from "effect"
import type { CliError } from "effect/cli"

/**
 * `good`: works. `warning`: a server would run, but look at it. `bad`: devices would be turned away, or the server would not start.
 *
 * `check` is a stable name; `advice` says what to do, and is there unless all is well.
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

/** Longest a check may take: every network call in it has a shorter time-out of its own. */
const longest = Duration.seconds(20)

/**
 * A check that always ends, and ends in findings: what it refuses to read, takes too long for or breaks at is a finding too.
 *
 * @category constructors
 * @since 0.1.0
 */
export const bounded = <R>(
  check: string,
  found: Effect.Effect<Findings, CliError.UserError, R>,
  within: Duration.Duration = longest,
): Effect.Effect<Findings, never, R> =>
  found.pipe(
    Effect.timeoutOrElse({
      duration: within,
      orElse: () =>
        Effect.succeed([
          bad(check, `no result within ${Duration.format(within)}`, "look at disk and network, try again"),
        ]),
    }),
    Effect.catch((refused) => Effect.succeed([ofRefusal(check, refused)])),
    Effect.catchCause((cause) =>
      Cause.hasInterruptsOnly(cause)
        ? Effect.failCause(cause)
        : Effect.succeed([bad(check, "the check itself failed", "that is a fault of espalier: report it")]),
    ),
  )

/**
 * A sentence of `Files` or `Inputs`, which says what is wrong and where. It goes with the flag it names.
 *
 * @category constructors
 * @since 0.1.0
 */
export const ofRefusal = (check: string, { message: userMessage }: CliError.UserError): Finding => {
  const [, flag] = /^(--[a-z-]+)/.exec(userMessage) ?? []
  return bad(check, userMessage, flag === undefined ? "correct it" : `correct ${flag} or the file that it names`)
}

const signs = { good: "✓", warning: "!", bad: "✗" } as const

/**
 * `✗ database: … → …`
 *
 * @category formatting
 * @since 0.1.0
 */
export const line = ({ check, verdict, detail, advice }: Finding): string =>
  `${signs[verdict]} ${check}: ${detail}${advice === undefined ? "" : `\n    → ${advice}`}`
