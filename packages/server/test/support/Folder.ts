/** A folder of the test's own, gone with its scope. */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Effect } from "effect"

/** Its path. */
export const temporary = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "espalier-server-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true })),
)
