/**
 * `espalier doctor`: checks a configuration without serving. It takes the flags and variables of `serve` and reports for each check
 * whether it works, needs attention or fails.
 *
 * All checks run concurrently, each within a time limit, and none stops another. Nothing is created or changed.
 *
 * **Gotchas**
 *
 * The process can stay for some seconds after the last line, while the operating system's name lookup has not timed out.
 */
import { Console, Effect } from "effect"
import { Command, Flag } from "effect/cli"
import * as Backend from "./doctor/Backend.ts"
import * as Certificates from "./doctor/Certificates.ts"
import * as Finding from "./doctor/Finding.ts"
import * as Network from "./doctor/Network.ts"
import * as Storage from "./doctor/Storage.ts"
import { flags, type ServeOptions } from "./ServeFlags.ts"
import { SilentExit } from "./SilentExit.ts"

/**
 * Runs all checks; the findings are in the order of the set-up.
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
          Effect.sync(() => Network.accessModes(options)),
        ),
        Finding.bounded("roots", Certificates.roots(options)),
        Finding.bounded("profile", Certificates.profile(options)),
        Finding.bounded("push", Certificates.push(options)),
      ],
      { concurrency: "unbounded" },
    ),
    (findings) => findings.flat(),
  )

/**
 * Exits with 1 if a finding is bad, otherwise with 0.
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
      Flag.withDescription("Print one JSON object: {ok, findings: […]}"),
    ),
  },
  Effect.fnUntraced(function* ({ json, ...options }) {
    const findings = yield* examine(options)
    const ok = findings.every(({ verdict }) => verdict !== "bad")
    yield* Console.log(json ? JSON.stringify({ ok, findings }, null, 2) : report(findings))
    if (!ok) return yield* new SilentExit()
  }),
).pipe(
  Command.withDescription("Check a configuration: the flags of serve, without serving"),
  Command.withExamples([
    { command: "espalier doctor --webhook-url https://backend.example.com --origin https://mdm.example.com" },
  ]),
)

const report = (findings: Finding.Findings): string => {
  const count = (verdict: Finding.Finding["verdict"]) => findings.filter((one) => one.verdict === verdict).length
  return `${findings.map(Finding.line).join("\n")}\n\n${count("good")} good, ${count("warning")} need attention, ${count("bad")} must be corrected`
}
