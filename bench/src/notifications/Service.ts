/**
 * `@espalier/notifications` as anybody runs it, as a child process: publishes and delivers the events of its tasks.
 *
 * A task is over when as much has been published as was asked, and as many answered attempts more than before are recorded as that makes: by
 * the database's own count. The receiver's count, which costs nothing here, says when to begin asking for it.
 *
 * `DATABASE_URL`; `RECEIVER`, see `Origin.ts`; `INTEGRATIONS`, how many to make; `CONCURRENCY`, of each; `TIMEOUT` of a try in milliseconds.
 */
import { setTimeout as sleep } from "node:timers/promises"
import { Integrations, Notifications } from "@espalier/notifications"
import { Database, Sealing } from "@espalier/sql"
import { Effect, Layer, ManagedRuntime, Redacted } from "effect"
import { SqlClient } from "effect/sql"
import { fill } from "./Fill.ts"
import { countPath, event, path, workspace } from "./Job.ts"
import { origin } from "./Origin.ts"

/** What the parent sends. */
export interface Task {
  readonly events: number
  /** How many publish at a time, each the next event as soon as its last is accepted. */
  readonly publishers: number
  /** Milliseconds from one event to the next; at once where it is not there. */
  readonly interval?: number
  /** How many answered attempts end the task. */
  readonly attempts: number
}

const setting = (name: string): string => process.env[name] ?? ""

const sealing = Sealing.layer([Buffer.alloc(32).toString("base64")])

const runtime = ManagedRuntime.make(
  Notifications.layer({
    addresses: { allow: ["127.0.0.0/8"], allowHttp: true },
    worker: {
      concurrency: Number(setting("CONCURRENCY")),
      ratePerSecond: 1_000_000,
      timeout: Number(setting("TIMEOUT")),
      pollInterval: "100 millis",
    },
  }).pipe(Layer.provide(sealing), Layer.provideMerge(Database.layer({ url: Redacted.make(setting("DATABASE_URL")) }))),
)

const answered = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const [row] = yield* sql<{ readonly n: number }>`SELECT count(status) AS n FROM espalier_attempt`
  return row?.n ?? 0
})

/** Milliseconds from publishing to the recorded answer, of what was delivered at the first try since, sorted. */
const delays = (since: number) =>
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const rows = yield* sql<{
      readonly delay: number
    }>`SELECT updated_at - created_at AS delay FROM espalier_delivery
      WHERE state = 'delivered' AND created_at >= ${since} ORDER BY delay`
    return rows.map(({ delay }) => delay)
  })

const setEnabled = (enabled: boolean) =>
  Effect.gen(function* () {
    const { list, enable, disable } = yield* Integrations
    for (const { id } of yield* list(workspace)) yield* enabled ? enable(workspace, id) : disable(workspace, id)
  })

const received = async (): Promise<number> => Number(await (await fetch(`${origin}${countPath}`)).text())

const quantile = (sorted: ArrayLike<number>, share: number): number => sorted[Math.ceil(sorted.length * share) - 1] ?? 0

const run = async ({ events, publishers, interval = 0, attempts }: Task) => {
  const { publish } = await runtime.runPromise(Notifications)
  const recordedBefore = await runtime.runPromise(answered)
  const receivedBefore = await received()
  await runtime.runPromise(setEnabled(true))
  const latencies = new Float64Array(events)
  const since = Date.now()
  const usageBefore = process.cpuUsage()
  const startedAt = performance.now()
  let next = 0
  const publisher = Effect.gen(function* () {
    while (next < events) {
      const number = next++
      const wait = startedAt + number * interval - performance.now()
      if (interval > 0 && wait > 0) yield* Effect.sleep(wait)
      const began = performance.now()
      yield* publish(workspace, event(number))
      latencies[number] = performance.now() - began
    }
  })
  await runtime.runPromise(
    Effect.forEach(Array.from({ length: publishers }), () => publisher, { concurrency: "unbounded", discard: true }),
  )
  while ((await received()) - receivedBefore < attempts) await sleep(10)
  let made = 0
  for (; made < attempts; await sleep(2)) made = (await runtime.runPromise(answered)) - recordedBefore
  const seconds = (performance.now() - startedAt) / 1000
  const { user, system } = process.cpuUsage(usageBefore)
  const { rss } = process.memoryUsage()
  latencies.sort()
  const delay = await runtime.runPromise(delays(since))
  // What there is beyond the task waits, so that others are measured undisturbed: lanes hear of it within a second.
  await runtime.runPromise(setEnabled(false))
  await sleep(1500)
  return {
    deliveries: made,
    seconds,
    cpuMicros: user + system,
    publishP50: quantile(latencies, 0.5),
    publishP99: quantile(latencies, 0.99),
    delayP50: quantile(delay, 0.5),
    delayP99: quantile(delay, 0.99),
    rss,
  }
}

const start = Effect.gen(function* () {
  const { create } = yield* Integrations
  for (let number = 0; number < Number(setting("INTEGRATIONS")); number++) {
    yield* create(workspace, { url: `${origin}${path(number)}`, events: ["device_enrolled"] })
  }
  const backlog = setting("BACKLOG")
  if (backlog === "due" || backlog === "later") yield* fill(backlog, Number(setting("BACKLOG_SIZE")))
})

const fail = (error: unknown) => {
  process.stderr.write(`${error}\n`)
  process.exit(1)
}

process.on("disconnect", () => process.exit())
process.on("message", (task: Task) => {
  run(task).then((measured) => process.send?.(measured), fail)
})
runtime.runPromise(start).then(() => process.send?.({ ready: true }), fail)
