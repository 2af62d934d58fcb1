/**
 * A PostgreSQL whose commits survive the machine's power, as a child process for benches: sends the URL of a fresh database for each
 * message that it gets, and ends with its parent, or on request.
 */
import { Effect, Redacted } from "effect"
import { durable, Postgres } from "./Postgres.ts"

const serve = Effect.gen(function* () {
  const { freshDatabase } = yield* Postgres
  process.on("message", () => {
    Effect.runFork(Effect.map(freshDatabase, (url) => process.send?.({ url: Redacted.value(url) })))
  })
  process.send?.({ ready: true })
  yield* Effect.callback<void>((resume) => {
    for (const end of ["disconnect", "SIGTERM", "SIGINT"]) process.on(end, () => resume(Effect.void))
  })
})

Effect.runPromise(Effect.provide(serve, durable)).finally(() => process.exit())
