/**
 * Builds the dashboard's page from its sources, once for all test files.
 */
import { execFile } from "node:child_process"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { buildOnce } from "./BuildOnce.ts"

const root = fileURLToPath(new URL("../../dashboard", import.meta.url))
const vite = fileURLToPath(new URL("bin/vite.js", import.meta.resolve("vite/package.json")))

export const built = buildOnce({
  output: join(root, "dist/app/index.html"),
  sources: [
    "app",
    "src",
    "vite.config.ts",
    "../api-keys/src",
    "../devices/src",
    "../notifications/src",
    "../schema/src",
  ].map((path) => join(root, path)),
  build: async () => {
    // In a separate process with another NODE_ENV: Vitest's would select the development build of React.
    const env = { ...process.env, NODE_ENV: "production" }
    await promisify(execFile)(process.execPath, [vite, "build", "--logLevel", "error"], { cwd: root, env })
  },
})
