/**
 * The `espalier` command as a separate process, without the environment variables of the test process.
 */
import { type ChildProcess, spawn } from "node:child_process"
import { fileURLToPath } from "node:url"
import { bundle } from "@espalier/testing/Bundle"
import { Effect } from "effect"

const main = Effect.runPromise(bundle("packages/cli/src/main.ts"))
/** Node's compile cache: processes start faster from the second one on. */
const compiled = fileURLToPath(new URL("../../../node_modules/.cache/espalier-cli-test", import.meta.url))

const start = async (args: ReadonlyArray<string>, env: Record<string, string> = {}): Promise<ChildProcess> => {
  const child = spawn(process.execPath, [await main, ...args], {
    env: { PATH: process.env["PATH"], NO_COLOR: "1", NODE_COMPILE_CACHE: compiled, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  })
  // A test runner that is killed does not end its child processes.
  const end = () => child.kill("SIGKILL")
  process.once("exit", end)
  child.once("exit", () => process.off("exit", end))
  return child
}

export interface Ended {
  /** Null when a signal ended it. */
  readonly code: number | null
  readonly output: string
}

/** Runs the command to its end. */
export const run = async (args: ReadonlyArray<string>, env?: Record<string, string>): Promise<Ended> => {
  const child = await start(args, env)
  const output = collected(child)
  const code = await new Promise<number | null>((resolve) => child.once("close", resolve))
  return { code, output: output() }
}

/** A running process. */
export interface Running {
  readonly found: RegExpExecArray
  /** What it has written so far. */
  readonly output: () => string
  /** SIGTERM, and waits for the end. */
  readonly stop: () => Promise<Ended>
  /** SIGKILL: the process cannot react. */
  readonly kill: () => Promise<Ended>
}

/** Runs the command until its output has a match. */
export const runUntil = async (
  match: RegExp,
  args: ReadonlyArray<string>,
  env?: Record<string, string>,
): Promise<Running> => {
  const child = await start(args, env)
  const output = collected(child)
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve))
  const found = await new Promise<RegExpExecArray>((resolve, reject) => {
    const look = () => {
      const result = match.exec(output())
      if (result !== null) resolve(result)
    }
    child.stdout?.on("data", look)
    child.stderr?.on("data", look)
    child.once("close", () => reject(new Error(`It ended without ${match}:\n${output()}`)))
  })
  const end = async (signal: "SIGTERM" | "SIGKILL"): Promise<Ended> => {
    child.kill(signal)
    return { code: await ended, output: output() }
  }
  return { found, output, stop: () => end("SIGTERM"), kill: () => end("SIGKILL") }
}

const collected = (child: ChildProcess) => {
  let text = ""
  child.stdout?.on("data", (chunk: Buffer) => {
    text += chunk
  })
  child.stderr?.on("data", (chunk: Buffer) => {
    text += chunk
  })
  return () => text
}
