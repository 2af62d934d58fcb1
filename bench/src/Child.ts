/**
 * Child processes that speak by messages, each pinned to a processor core where `taskset` can do so.
 */
import { type ChildProcess, spawn, spawnSync } from "node:child_process"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { Schema } from "effect"

/** The cores that this process may use; empty where they are unknown. */
const allowedCores = (): ReadonlyArray<number> => {
  try {
    const [, list = ""] = /^Cpus_allowed_list:\s*(\S+)$/m.exec(readFileSync("/proc/self/status", "utf8")) ?? []
    return list.split(",").flatMap((part) => {
      const [from = Number.NaN, to = from] = part.split("-").map(Number)
      return Array.from({ length: to - from + 1 }, (_, index) => from + index)
    })
  } catch {
    return []
  }
}

/** One core for the servers and another for the load; `undefined` where there are no two, or no `taskset`. */
export const cores: { readonly server: number; readonly load: number } | undefined = (() => {
  const [server, load] = allowedCores()
  if (server === undefined || load === undefined) return undefined
  return spawnSync("taskset", ["--version"]).error === undefined ? { server, load } : undefined
})()

/** A child that answers each message with one. */
export interface Child {
  /** The next message from the child. Fails when the child ends first, or says nothing for too long. */
  readonly next: <A>(schema: Schema.Codec<A, unknown>, timeout?: number) => Promise<A>
  readonly send: (message: object) => void
  readonly stop: () => void
}

/** Starts a file of this folder. */
export const start = (
  file: string,
  options: { readonly core: number | undefined; readonly env?: Record<string, string> },
): Child => {
  const program = [process.execPath, "--conditions=@espalier/source", join(import.meta.dirname, file)]
  const [command = "", ...args] =
    options.core === undefined ? program : ["taskset", "--cpu-list", String(options.core), ...program]
  const child: ChildProcess = spawn(command, args, {
    stdio: ["ignore", "ignore", "inherit", "ipc"],
    env: { ...process.env, NODE_ENV: "production", ...options.env },
  })
  const messages: Array<unknown> = []
  let wake = () => {}
  let ended = false
  child.on("message", (message) => {
    messages.push(message)
    wake()
  })
  child.on("exit", () => {
    ended = true
    wake()
  })
  return {
    next: async (schema, timeout = 30_000) => {
      if (messages.length === 0 && !ended) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, timeout)
          wake = () => {
            clearTimeout(timer)
            resolve()
          }
        })
      }
      if (messages.length === 0) throw new Error(`${file} ${ended ? "ended" : "said nothing"}`)
      return Schema.decodeUnknownSync(schema)(messages.shift())
    },
    send: (message) => {
      child.send(message)
    },
    stop: () => {
      child.kill()
    },
  }
}
