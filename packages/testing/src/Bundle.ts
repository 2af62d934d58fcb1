/**
 * Bundles a program of this workspace into one file, once for all test files. Node starts it four times as fast as its sources: a test that starts many
 * processes needs this.
 */
import { globSync } from "node:fs"
import { basename, dirname, join } from "node:path"
import { pathToFileURL } from "node:url"
import { Effect } from "effect"
import { build } from "vite"
import { buildOnce } from "./BuildOnce.ts"

const root = join(import.meta.dirname, "../../..")

/** Returns the path of the bundle of `entry`, a path from the workspace's root. It behaves as if it were run from its sources. */
export const bundle = (entry: string): Effect.Effect<string> => {
  const output = join(root, "node_modules/.cache/espalier-bundles", entry.replaceAll("/", "-").replace(/\.ts$/, ".js"))
  return Effect.as(
    buildOnce({
      output,
      sources: [...globSync("{packages,examples}/*/{src,package.json}", { cwd: root }), "package-lock.json"].map(
        (path) => join(root, path),
      ),
      build: async () => {
        const resolve = { conditions: ["@espalier/source", "module", "node"] }
        await build({
          configFile: false,
          root,
          logLevel: "error",
          resolve,
          ssr: { noExternal: true, resolve },
          build: {
            ssr: join(root, entry),
            outDir: dirname(output),
            emptyOutDir: false,
            minify: false,
            target: "node22",
            rollupOptions: { output: { entryFileNames: basename(output) } },
          },
          plugins: [
            {
              name: "source-urls",
              // Files next to the sources are found as if the sources ran.
              transform: (code, id) =>
                id.startsWith(root) && id.endsWith(".ts")
                  ? code.replaceAll("import.meta.url", JSON.stringify(pathToFileURL(id).href))
                  : undefined,
            },
          ],
        })
      },
    }),
    output,
  )
}
