/**
 * A real Chromium, out of an npm package, so that a machine needs Node and npm only. It resolves no names, so it reaches this machine
 * only.
 */
import chromium from "@sparticuz/chromium"
import { Effect, type Scope } from "effect"
import { type Browser, chromium as playwright } from "playwright-core"

const flags = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-dev-shm-usage",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]

/** Starts a browser with these environment variables, which takes some seconds the first time; it ends with the scope. */
export const startIn = (env: Readonly<Record<string, string>>): Effect.Effect<Browser, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.promise(async () => {
      const executablePath = await chromium.executablePath()
      return playwright.launch({ executablePath, args: flags, timeout: 20_000, env: { ...process.env, ...env } })
    }),
    (browser) => Effect.promise(() => browser.close()),
  )

/** Starts a browser in the environment of the tests. */
export const start = startIn({})
