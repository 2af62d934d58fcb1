/**
 * A folder that is deleted with its scope.
 */
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Effect } from "effect"

export const temporaryDirectory = Effect.acquireRelease(
  Effect.promise(() => mkdtemp(join(tmpdir(), "espalier-dashboard-"))),
  (folder) => Effect.promise(() => rm(folder, { recursive: true, force: true })),
)
