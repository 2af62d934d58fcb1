/**
 * `espalier doctor`: looks at a set-up without serving. It takes the flags and variables of `serve` and says, check by check, what
 * works, what to look at, and what to correct.
 *
 * Every check is bounded in time, all run at once, and none stops another. Nothing is made or changed. What surprises: a name that the
 * system is still looking up in vain keeps the process for some seconds after the last line.
 */
import { Console, Effect } from "effect"
import { Command, Flag } from "effect/cli"
import * as Backend from "./doctor/Backend.ts"
import * as Certificates from "./doctor/Certificates.ts"
import * as Finding from "./doctor/Finding.ts"
import * as Network from "./doctor/Network.ts"
import * as Storage from "./doctor/Storage.ts"
import { Said } from "./Said.ts"
import { flags, type ServeOptions } from "./ServeFlags.ts"

/**
 * All checks, in the order in which things are set up.
 *
 * @category checks
 * @since 0.1.0
 */
export const examine = (options: ServeOptions): Effect.Effect<Finding.Findings> =>
  Effect.map(
    Effect.all(
      [
        Finding.bounded("backend", Backend.check(options)),
        Finding.bounded("data-directory", Storage.directory(options)),
        Finding.bounded("database", Storage.database(options)),
        Finding.bounded("origin", Network.origins(options)),
        Finding.bounded("tls", Certificates.tls(options)),
        Finding.bounded("port", Network.port(options)),
        Finding.bounded(
          "identity",
          Effect.sync(() => Network.doors(options)),
        ),
        Finding.bounded("roots", Certificates.roots(options)),
        Finding.bounded("profile", Certificates.profile(options)),
        Finding.bounded("push", Certificates.push(options)),
      ],
      { concurrency: "unbounded" },
    ),
    (found) => found.flat(),
  )

/**
 * Exit code 0 when nothing is bad, 1 otherwise.
 *
 * @category commands
 * @since 0.1.0
 */
export const doctor = Command.make(
  "doctor",
  {
    ...flags,
    json: Flag.Boolean("json").pipe(
      Flag.withDefault(false),
      Flag.withDescription("Print one JSON object instead: {ok, findings: […]}"),
    ),
  },
  Effect.fnUntraced(function* ({ json, ...options }) {
    const findings = yield* examine(options)
    const ok = findings.every(({ verdict }) => verdict !== "bad")
    yield* Console.log(json ? JSON.stringify({ ok, findings }, null, 2) : report(findings))
    if (!ok) return yield* new Said()
  }),
).pipe(
  Command.withDescription("Check a set-up: the flags of serve, tried out without serving"),
  Command.withExamples([
    { command: "espalier doctor --webhook-url https://backend.example.com --origin https://mdm.example.com" },
  ]),
)

const report = (findings: Finding.Findings): string => {
  const count = (verdict: Finding.Finding["verdict"]) => findings.filter((one) => one.verdict === verdict).length
  return `${findings.map(Finding.line).join("\n")}\n\n${count("good")} good, ${count("warning")} to look at, ${count("bad")} to correct`
}
