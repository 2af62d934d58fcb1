/**
 * Writes the version of the package into its source, for the OpenAPI documents: a source that imports `package.json` is outside of what the
 * compiler builds. `npm run generate` runs it.
 */
import { readFile, writeFile } from "node:fs/promises"

const root = new URL("../", import.meta.url)
const { version } = JSON.parse(await readFile(new URL("package.json", root), "utf8"))

await writeFile(
  new URL("src/Version.ts", root),
  `/**
 * The version of this package. Written by \`scripts/version.ts\`.
 */

/**
 * The version of this package, which is that of its OpenAPI documents.
 *
 * @category constants
 * @since 0.1.0
 */
export const version = "${version}"
`,
)
