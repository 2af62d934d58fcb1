/**
 * The `espalier` command as a process of its own, without the variables of whoever runs the tests.
 */
import { type ChildProcess, spawn } from "node:child_process"
import { fileURLToPath } from "node:url"

const main = fileURLToPath(new URL("../src/main.ts", import.meta.url))

const start = (args: ReadonlyArray<string>, env: Record<string, string> = {}): ChildProcess =>
  spawn(process.execPath, ["--conditions=@espalier/source", main, ...args], {
    env: { PATH: process.env["PATH"], NO_COLOR: "1", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  })

export interface Ended {
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

/** Runs until the output has a match; `stop` sends SIGTERM and waits for the end. */
export const runUntil = async (match: RegExp, args: ReadonlyArray<string>, env?: Record<string, string>) => {
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
  return {
    found,
    stop: async (): Promise<Ended> => {
      child.kill("SIGTERM")
      return { code: await ended, output: output() }
    },
  }
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
