/**
 * The enrollment page in a real browser: a person opens the link, reads who manages, presses the one button, and has the profile.
 */
import { readFile } from "node:fs/promises"
import { expect, layer } from "@effect/vitest"
import { Plist } from "@espalier/plist"
import * as Chromium from "@espalier/testing/Browser"
import { Context, Effect, Layer, Result } from "effect"
import type { Browser, Page } from "playwright-core"
import * as Backend from "../support/Backend.ts"
import * as Devices from "../support/Devices.ts"
import { launch } from "../support/Launch.ts"

class Window extends Context.Service<Window, Browser>()("espalier/server/test/Window") {
  static readonly layer = Layer.effect(Window, Chromium.start)
}

const narrow = { width: 320, height: 568 }
const wide = { width: 1280, height: 800 }

/** A link of a server whose backend words the page so, opened; and whatever the browser complained of. */
const opened = Effect.fnUntraced(function* (
  answer: unknown,
  options: { readonly viewport?: typeof wide; readonly colorScheme?: "light" | "dark" } = {},
) {
  const backend = yield* Backend.start({ enroll: Backend.json(answer) })
  const server = yield* Effect.orDie(launch(backend))
  const browser = yield* Window
  const page = yield* Effect.acquireRelease(
    Effect.promise(() => browser.newPage({ viewport: wide, ...options })),
    (page) => Effect.promise(() => page.close()),
  )
  const complaints: Array<string> = []
  page.on("console", (message) => complaints.push(message.text()))
  page.on("pageerror", (error) => complaints.push(error.message))
  page.on("dialog", (dialog) => {
    complaints.push(dialog.message())
    void dialog.dismiss()
  })
  const asked: Array<string> = []
  page.on("request", (request) => asked.push(request.url()))
  const token = Devices.tokens.sign(Devices.claims())
  const link = `${server.origin}/mdm/apple/enroll?token=${token}`
  const response = yield* Effect.promise(() => page.goto(link))
  return { page, link, complaints, asked, status: response?.status() }
})

/** What an expression comes to in the page, which is told as text: its globals are not this program's. */
const inPage = (page: Page, expression: string): Effect.Effect<unknown> =>
  Effect.promise(() => page.evaluate(expression))

/** WCAG 2.2, "relative luminance", of a computed colour. */
const luminance = (color: string): number =>
  (color.match(/[\d.]+/g) ?? [])
    .slice(0, 3)
    .map((channel) => Number(channel) / 255)
    .map((channel) => (channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4))
    .reduce((sum, channel, index) => sum + channel * ([0.2126, 0.7152, 0.0722][index] ?? 0), 0)

/** The ratio of a text to what is behind it: its own ground, else the page's. */
const contrast = Effect.fnUntraced(function* (page: Page, selector: string) {
  const style = `getComputedStyle(document.querySelector(${JSON.stringify(selector)}))`
  const color = String(yield* inPage(page, `${style}.color`))
  const own = String(yield* inPage(page, `${style}.backgroundColor`))
  const ground = own === "rgba(0, 0, 0, 0)" ? yield* groundOf(page) : own
  const [light = 0, dark = 0] = [luminance(color), luminance(ground)].sort((a, b) => b - a)
  return (light + 0.05) / (dark + 0.05)
})

const groundOf = (page: Page) => Effect.map(inPage(page, "getComputedStyle(document.body).backgroundColor"), String)

layer(Window.layer, { timeout: "30 seconds", excludeTestServices: true })("a person in a browser", (it) => {
  it.effect("reads who manages, and has the profile with one press of the button", () =>
    Effect.gen(function* () {
      const profile = { organization: "Schule am Fluß", displayName: "Schulgeräte", description: "Für alle Klassen." }
      const { page, link, complaints, asked } = yield* opened({ _tag: "Allow", profile })
      const [title, text] = yield* Effect.promise(() => Promise.all([page.title(), page.innerText("main")]))
      expect(title).toBe("Schulgeräte")
      for (const words of [profile.organization, profile.displayName, profile.description]) {
        expect(text).toContain(words)
      }

      const button = page.getByRole("link", { name: "Download the profile" })
      const [download] = yield* Effect.promise(() => Promise.all([page.waitForEvent("download"), button.click()]))
      expect(download.suggestedFilename()).toBe("enroll.mobileconfig")
      const bytes = yield* Effect.promise(async () => readFile(await download.path()))
      expect(Result.getOrThrow(Plist.parse(new Uint8Array(bytes)))).toMatchObject({ PayloadDisplayName: "Schulgeräte" })
      expect(page.url()).toBe(link)
      expect(complaints).toEqual([])
      // The page, its profile, and nothing from elsewhere; a browser asks for an icon on its own account.
      expect(asked.filter((url) => !url.endsWith("/favicon.ico")).length).toBe(2)
      yield* Effect.promise(() => download.delete())
    }),
  )

  it.effect("may do it all by the keyboard", () =>
    Effect.gen(function* () {
      const { page } = yield* opened({ _tag: "Allow" })
      const press = () => page.keyboard.press("Tab").then(() => page.keyboard.press("Enter"))
      const [download] = yield* Effect.promise(() => Promise.all([page.waitForEvent("download"), press()]))
      yield* Effect.promise(() => download.delete())
    }),
  )

  const word = "Grundstücksverkehrsgenehmigungszuständigkeitsübertragungsverordnung"
  const long = { organization: word, displayName: word, description: `${word} `.repeat(9), consentText: word }
  it.effect.each([narrow, wide])("reads the longest German words without scrolling sideways (%j)", (viewport) =>
    Effect.gen(function* () {
      const { page } = yield* opened({ _tag: "Allow", profile: long }, { viewport })
      expect(yield* inPage(page, "document.documentElement.scrollWidth")).toBe(viewport.width)
      expect(yield* Effect.promise(() => page.innerText("h1"))).toBe(word)
    }),
  )

  it.effect.each(["light", "dark"] as const)("can tell the text from its ground (%s)", (colorScheme) =>
    Effect.gen(function* () {
      const { page } = yield* opened({ _tag: "Allow", profile: { organization: "Acme" } }, { colorScheme })
      expect(yield* groundOf(page)).toBe(colorScheme === "light" ? "rgb(244, 244, 246)" : "rgb(22, 22, 24)")
      // WCAG 2.2, 1.4.3.
      for (const selector of ["h1", "li", ".button"]) expect(yield* contrast(page, selector)).toBeGreaterThan(4.5)
    }),
  )

  it.effect("sees hostile wording as the text that it is", () =>
    Effect.gen(function* () {
      const hostile = `"><script>alert(1)</script><img src=x onerror=alert(1)>`
      const profile = { organization: hostile, displayName: hostile, description: hostile, consentText: hostile }
      const { page, complaints } = yield* opened({ _tag: "Allow", profile })
      const [title, heading, foreign] = yield* Effect.promise(() =>
        Promise.all([page.title(), page.innerText("h1"), page.locator("script, img").count()]),
      )
      expect([title, heading, foreign]).toEqual([hostile, hostile, 0])
      expect(complaints).toEqual([])
    }),
  )

  it.effect("reads why there is no profile", () =>
    Effect.gen(function* () {
      const { page, status } = yield* opened({ _tag: "Deny", message: "Dieses Gerät ist schon angemeldet" })
      const [text, buttons] = yield* Effect.promise(() =>
        Promise.all([page.innerText("main"), page.locator("a").count()]),
      )
      expect(status).toBe(403)
      expect(text).toContain("Dieses Gerät ist schon angemeldet.")
      expect(buttons).toBe(0)
    }),
  )
})
