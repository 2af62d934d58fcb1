/**
 * Runs a program to its end. Never throws for its exit code: what it said is the test's to judge.
 */
import { spawn } from "node:child_process"
import { delimiter, join } from "node:path"
import { root } from "./Workspace.ts"

export interface Ended {
  readonly code: number | null
  /** Standard output and error, in the order they came. */
  readonly output: string
  /** Standard output alone. */
  readonly stdout: string
}

/** The programs that the workspace installs, its own Node among them. */
export const bin = join(root, "node_modules", ".bin")

export const run = (
  command: string,
  args: ReadonlyArray<string>,
  options: { readonly cwd: string; readonly timeout?: number },
): Promise<Ended> =>
  new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: options.cwd,
      timeout: options.timeout ?? 120_000,
      env: { ...process.env, PATH: `${bin}${delimiter}${process.env["PATH"]}`, NO_COLOR: "1", NODE_OPTIONS: "" },
      stdio: ["ignore", "pipe", "pipe"],
    })
    let output = ""
    let stdout = ""
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
      output += chunk
      stdout += chunk
    })
    child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
      output += chunk
    })
    child.on("error", reject)
    child.on("close", (code) => resolve({ code, output, stdout }))
  })
