/**
 * The processes of the benches of notifications, and what they measure.
 */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Schema } from "effect"
import { type Child, cores, start } from "../Child.ts"
import type { Task as Service } from "./Service.ts"
import type { Task as Loop } from "./UndiciLoop.ts"

/** What comes of a task, of either kind. Latencies in milliseconds, memory in bytes. */
const Measured = Schema.Struct({
  deliveries: Schema.Number,
  seconds: Schema.Number,
  cpuMicros: Schema.Number,
  publishP50: Schema.optionalKey(Schema.Number),
  publishP99: Schema.optionalKey(Schema.Number),
  delayP50: Schema.optionalKey(Schema.Number),
  delayP99: Schema.optionalKey(Schema.Number),
  rss: Schema.optionalKey(Schema.Number),
})
export type Measured = typeof Measured.Type

const Ready = Schema.Struct({ ready: Schema.Boolean })
const Listening = Schema.Struct({ port: Schema.Number })
const Url = Schema.Struct({ url: Schema.String })

/** A try that no receiver here comes near. */
const timeout = 15_000

export interface ServiceOptions {
  readonly url: string
  /** The receiver's origin; its own receiver where it is not there. */
  readonly receiver: string | undefined
  /** How many integrations to make. */
  readonly integrations: number
  /** How many attempts each has at a time. */
  readonly concurrency: number
  readonly backlog?: { readonly kind: "due" | "later"; readonly size: number }
}

/** Everything that one bench starts, and ends. With SQLite a service has a core, with PostgreSQL it shares them all with the server. */
export interface Stage {
  readonly receiver: (silent?: string) => Promise<string>
  readonly loop: (receiver: string | undefined) => Promise<(task: Loop) => Promise<Measured>>
  readonly service: (options: ServiceOptions) => Promise<(task: Service) => Promise<Measured>>
  readonly sqlite: () => string
  readonly postgres: () => Promise<() => Promise<string>>
}

/** Patience with a task, in milliseconds. */
const readyTimeout = 180_000

/** Gives a stage, and clears it whatever happens. */
export const onStage = async <A>(use: (stage: Stage) => Promise<A>): Promise<A> => {
  const started: Array<Child> = []
  const folder = mkdtempSync(join(tmpdir(), "espalier-bench-"))
  let files = 0
  const begin = async (file: string, core: number | undefined, env: Record<string, string>) => {
    const child = start(file, { core, env })
    started.push(child)
    return child
  }
  const ready = async (file: string, core: number | undefined, env: Record<string, string>) => {
    const child = await begin(file, core, env)
    await child.next(Ready, readyTimeout)
    return child
  }
  const at = (receiver: string | undefined): Record<string, string> =>
    receiver === undefined ? {} : { RECEIVER: receiver }
  try {
    return await use({
      receiver: async (silent) => {
        const child = await begin(
          "notifications/receiver.ts",
          cores?.load,
          silent === undefined ? {} : { SILENT: silent },
        )
        return `http://127.0.0.1:${(await child.next(Listening)).port}`
      },
      loop: async (receiver) => {
        const child = await ready("notifications/UndiciLoop.ts", cores?.server, at(receiver))
        return (task) => {
          child.send(task)
          return child.next(Measured, readyTimeout)
        }
      },
      service: async ({ url, receiver, integrations, concurrency, backlog }) => {
        const child = await ready("notifications/Service.ts", url.startsWith("sqlite:") ? cores?.server : undefined, {
          ...at(receiver),
          DATABASE_URL: url,
          INTEGRATIONS: String(integrations),
          CONCURRENCY: String(concurrency),
          TIMEOUT: String(timeout),
          ...(backlog === undefined ? {} : { BACKLOG: backlog.kind, BACKLOG_SIZE: String(backlog.size) }),
        })
        return (task) => {
          child.send(task)
          return child.next(Measured, readyTimeout)
        }
      },
      sqlite: () => `sqlite://${join(folder, `${++files}.db`)}`,
      postgres: async () => {
        const child = await ready("../../packages/testing/src/postgres-process.ts", undefined, {})
        return async () => {
          child.send({})
          return (await child.next(Url)).url
        }
      },
    })
  } finally {
    for (const child of started) child.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}
