import { readdirSync } from "node:fs"
import { defineConfig } from "vitest/config"

/** Every folder that has tests of its own is one Vitest project, named like the folder. */
const projects = ["packages", "examples"]
  .flatMap((group) =>
    readdirSync(group, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => `${group}/${entry.name}`),
  )
  .concat("test")

/** The seed of all property tests, see packages/testing/src/Property.ts. */
const env = { ESPALIER_SEED: process.env["ESPALIER_SEED"] ?? "20261125" }

export default defineConfig({
  test: {
    env,
    globalSetup: "./test/rules/PrintSeed.ts",
    projects: projects.map((root) => ({
      // Sources are run as they stand: see "exports" of any package.
      ssr: { resolve: { conditions: ["@espalier/source", "module", "node"] } },
      test: {
        name: root,
        root,
        env,
        include: root === "test" ? ["*.test.ts"] : ["test/**/*.test.ts"],
        testTimeout: 20_000,
      },
    })),
  },
})
