/**
 * The page under a vendor's name: name, logo, icon, accent colour, and the sites that may show it in a frame.
 */
import { createServer } from "node:http"
import { AxeBuilder } from "@axe-core/playwright"
import { expect, layer } from "@effect/vitest"
import { act, sitDown, Window } from "@espalier/testing/Person"
import { Effect, Exit } from "effect"
import * as Product from "./support/Product.ts"

const svg = (color: string) =>
  `data:image/svg+xml;base64,${Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg" width="28" height="28"><rect width="28" height="28" fill="${color}"/></svg>`).toString("base64")}`

const branding = { name: "Acme Fleet", logo: svg("red"), icon: svg("blue"), accentColor: "#ffb000" }

/** A site with a page `/?url` that shows that URL in a frame. */
const portal = Effect.acquireRelease(
  Effect.callback<{ readonly origin: string; readonly close: () => void }>((resume) => {
    const server = createServer(({ url = "" }, response) => {
      const shown = decodeURIComponent(url.slice("/?".length))
      response.writeHead(200, { "content-type": "text/html" }).end(`<iframe src="${shown}" width="900" height="600">`)
    })
    server.listen(0, "127.0.0.1", () => {
      const address = server.address()
      const port = typeof address === "object" && address !== null ? address.port : 0
      resume(Effect.succeed({ origin: `http://127.0.0.1:${port}`, close: () => server.close() }))
    })
  }),
  ({ close }) => Effect.sync(close),
)

layer(Window.layer, { timeout: "90 seconds", excludeTestServices: true })("a vendor's branding", (it) => {
  it.effect("replaces name, logo and icon", () =>
    Effect.gen(function* () {
      const product = yield* Product.start({ worker: false, dashboard: { branding } })
      const { page, complaints } = yield* sitDown()
      yield* act(async () => {
        await page.goto(product.url(`#key=${product.key}`))
        await page.getByRole("heading", { name: "No integrations yet" }).waitFor()
        expect(await page.title()).toBe("Integrations · acme · Acme Fleet")
        expect(await page.locator("link[rel=icon]").getAttribute("href")).toBe(branding.icon)
        const logo = page.locator("img.brand")
        expect(await logo.getAttribute("src")).toBe(branding.logo)
        expect((await logo.boundingBox())?.width).toBe(28)
      })
      expect(complaints).toEqual([])
    }),
  )

  it.effect(
    "keeps every text readable in the accent colour",
    () =>
      Effect.gen(function* () {
        for (const accentColor of ["#ffb000", "#0000ff", "#101010"]) {
          const product = yield* Product.start({ worker: false, dashboard: { branding: { accentColor } } })
          const { page } = yield* sitDown({ bypassCSP: true, reducedMotion: "reduce" })
          yield* act(async () => {
            await page.goto(product.url(`#key=${product.key}`))
            await page.getByRole("heading", { name: "No integrations yet" }).waitFor()
            for (const colorScheme of ["light", "dark"] as const) {
              await page.emulateMedia({ colorScheme })
              await page.locator(`html[data-mantine-color-scheme=${colorScheme}]`).waitFor()
              const { violations } = await new AxeBuilder({ page }).analyze()
              expect([
                accentColor,
                colorScheme,
                ...violations.map(
                  ({ id, nodes }) =>
                    `${id}: ${nodes.map(({ html, any }) => `${html} ${any[0]?.message ?? ""}`).join(" ")}`,
                ),
              ]).toEqual([accentColor, colorScheme])
            }
          })
        }
      }),
    60_000,
  )

  it.effect("lets only the given sites show the page in a frame", () =>
    Effect.gen(function* () {
      const { origin } = yield* portal
      const allowing = yield* Product.start({ worker: false, dashboard: { frameAncestors: [origin] } })
      const standard = yield* Product.start({ worker: false })
      const { page, complaints } = yield* sitDown()
      const heading = page.frameLocator("iframe").getByRole("heading", { name: "Sign in" })
      yield* act(async () => {
        await page.goto(`${origin}/?${encodeURIComponent(allowing.url())}`)
        await heading.waitFor()
        expect(complaints).toEqual([])
        await page.goto(`${origin}/?${encodeURIComponent(standard.url())}`)
        await page.waitForLoadState("networkidle")
        expect(await heading.count()).toBe(0)
      })
      expect(complaints.join()).toContain("frame-ancestors 'none'")
    }),
  )

  it.effect("rejects images and colours that would need another origin or break the page", () =>
    Effect.gen(function* () {
      for (const wrong of [
        { logo: "https://cdn.example.com/logo.svg" },
        { icon: "//cdn.example.com/icon.svg" },
        { logo: "data:text/html,<script>" },
        { accentColor: "red;} body{display:none" },
        { name: "" },
      ]) {
        const exit = yield* Effect.exit(Product.start({ worker: false, dashboard: { branding: wrong } }))
        expect([wrong, Exit.isFailure(exit)]).toEqual([wrong, true])
      }
    }),
  )
})
