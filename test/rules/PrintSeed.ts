/**
 * Vitest's global set-up: prints the seed of the property tests once.
 */
import type { TestProject } from "vitest/node"

export default ({ config }: TestProject): void => {
  process.stdout.write(`Property tests use the seed ${config.env["ESPALIER_SEED"]}; ESPALIER_SEED sets another.\n`)
}
