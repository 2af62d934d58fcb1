/**
 * `espalier serve` as a process that can be killed and restarted, with a folder and a port that stay.
 */
import { mkdtempSync, rmSync } from "node:fs"
import { createServer } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Effect, type Scope } from "effect"
import { type Running, runUntil } from "../Run.ts"

/** A folder that is removed with the scope. */
export const folder = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "espalier-conversation-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true })),
)

/** A free port. */
export const freePort = Effect.callback<number>((resume) => {
  const probe = createServer().listen(0, "127.0.0.1", () => {
    const address = probe.address()
    const port = typeof address === "object" && address !== null ? address.port : 0
    probe.close(() => resume(Effect.succeed(port)))
  })
})

export interface Server {
  /** The output of all its processes. */
  readonly logs: () => string
  /** SIGKILL, then a new process with the same flags. */
  readonly restart: () => Promise<void>
  /** SIGTERM. The exit code. */
  readonly stop: () => Promise<number | null>
}

/** Starts a server, and kills it with the scope. */
export const serve = Effect.fnUntraced(function* (
  args: ReadonlyArray<string>,
  env: Record<string, string>,
): Effect.fn.Return<Server, never, Scope.Scope> {
  const logs: Array<string> = []
  const start = () => runUntil(/ready: /, ["serve", ...args], env)
  let running: Running = yield* Effect.acquireRelease(Effect.promise(start), () => Effect.promise(() => running.kill()))
  return {
    stop: async () => (await running.stop()).code,
    logs: () => [...logs, running.output()].join(""),
    restart: async () => {
      logs.push((await running.kill()).output)
      running = await start()
    },
  }
})
