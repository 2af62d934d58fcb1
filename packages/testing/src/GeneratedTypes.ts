/**
 * TypeScript from an OpenAPI document, as a user generates it, and what the compiler says about code that uses it.
 */
import { execFile } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import openapiTypescript, { astToString } from "openapi-typescript"

const tsc = join(import.meta.dirname, "../../../node_modules/.bin/tsc")

/** The types that openapi-typescript generates from a document. */
export const generateTypes = async (document: string): Promise<string> => astToString(await openapiTypescript(document))

/** Compiles the generated types and code that imports them from `./types.ts`. Returns the errors, one a line. */
export const compileWith = async (types: string, code: string): Promise<ReadonlyArray<string>> => {
  const folder = mkdtempSync(join(tmpdir(), "espalier-codegen-"))
  try {
    writeFileSync(join(folder, "package.json"), '{"type":"module"}')
    writeFileSync(join(folder, "types.ts"), types)
    writeFileSync(join(folder, "code.ts"), code)
    const flags = ["--noEmit", "--strict", "--module", "nodenext", "--target", "es2024", "--allowImportingTsExtensions"]
    const output = await new Promise<string>((resolve) => {
      execFile(tsc, [...flags, "--types", "", "code.ts"], { cwd: folder }, (_, stdout, stderr) =>
        resolve(stdout + stderr),
      )
    })
    return output.split("\n").filter((line) => line.trim() !== "")
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
