/**
 * A person at a browser: pages of a real Chromium, with the errors of its console.
 */
import { Context, Effect, Layer } from "effect"
import type { Browser, BrowserContextOptions, Page } from "playwright-core"
import * as Chromium from "./Browser.ts"
import { built } from "./DashboardPage.ts"

/** A browser, after the page was built. */
export class Window extends Context.Service<Window, Browser>()("@espalier/testing/Window") {
  static readonly layer = Layer.effect(Window, Effect.andThen(built, Chromium.start))
}

export const wide = { width: 1280, height: 900 }
export const narrow = { width: 390, height: 844 }

export interface Person {
  readonly page: Page
  /** Errors of the console: of scripts, and violations of the content security policy. */
  readonly complaints: ReadonlyArray<string>
}

/** Error responses that the page expects, which the browser logs. */
const isExpected = (text: string) => /Failed to load resource/.test(text)

export const sitDown = Effect.fnUntraced(function* (options: BrowserContextOptions = {}) {
  const browser = yield* Window
  const context = yield* Effect.acquireRelease(
    Effect.promise(() => browser.newContext({ viewport: wide, locale: "en-GB", ...options })),
    (context) => Effect.promise(() => context.close()),
  )
  const page = yield* Effect.promise(() => context.newPage())
  page.setDefaultTimeout(10_000)
  const complaints: Array<string> = []
  page.on("console", (message) => {
    if (message.type() === "error" && !isExpected(message.text())) complaints.push(message.text())
  })
  page.on("pageerror", (error) => complaints.push(error.message))
  return { page, complaints } satisfies Person
})

/** Waits for a step of a person. */
export const act = <A>(step: () => Promise<A>): Effect.Effect<A> => Effect.promise(step)
