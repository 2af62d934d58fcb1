/**
 * The `espalier` command as a process of its own, without the variables of whoever runs the tests.
 */
import { type ChildProcess, spawn } from "node:child_process"
import { fileURLToPath } from "node:url"

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url))
const main = path("../src/main.ts")
/** Compiled sources, so that a process starts in half the time from the second one on. */
const compiled = path("../../../node_modules/.cache/espalier-cli-test")

const start = (args: ReadonlyArray<string>, env: Record<string, string> = {}): ChildProcess => {
  const child = spawn(process.execPath, ["--conditions=@espalier/source", main, ...args], {
    env: { PATH: process.env["PATH"], NO_COLOR: "1", NODE_COMPILE_CACHE: compiled, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  })
  // A test runner that is ended does not end what it has started.
  const end = () => child.kill("SIGKILL")
  process.once("exit", end)
  child.once("exit", () => process.off("exit", end))
  return child
}

export interface Ended {
  /** Absent when a signal ended it. */
  readonly code: number | null
  readonly output: string
}

/** Runs to the end. */
export const run = async (args: ReadonlyArray<string>, env?: Record<string, string>): Promise<Ended> => {
  const child = start(args, env)
  const output = collected(child)
  const code = await new Promise<number | null>((resolve) => child.once("close", resolve))
  return { code, output: output() }
}

/** A process that runs. */
export interface Running {
  readonly found: RegExpExecArray
  /** What it has written so far. */
  readonly output: () => string
  /** SIGTERM, and waits for the end. */
  readonly stop: () => Promise<Ended>
  /** SIGKILL: it gets to do nothing more. */
  readonly kill: () => Promise<Ended>
}

/** Runs until the output has a match. */
export const runUntil = async (
  match: RegExp,
  args: ReadonlyArray<string>,
  env?: Record<string, string>,
): Promise<Running> => {
  const child = start(args, env)
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
