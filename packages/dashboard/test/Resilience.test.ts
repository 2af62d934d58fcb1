/**
 * What goes wrong around the page: scripts that do not load, a proxy that fails, a wrong key, a locale that `Intl` rejects.
 */
import { expect, layer } from "@effect/vitest"
import * as Browser from "@espalier/testing/Browser"
import { act, sitDown, Window } from "@espalier/testing/Person"
import { Effect } from "effect"
import * as Product from "./support/Product.ts"

layer(Window.layer, { timeout: "90 seconds", excludeTestServices: true })("the page", (it) => {
  it.effect("shows the deliveries without the chart if the chart cannot be loaded", () =>
    Effect.gen(function* () {
      const product = yield* Product.start({ worker: false })
      const { page } = yield* sitDown()
      yield* act(async () => {
        await page.route(/UplotBars-.*\.js$/, (route) => route.abort())
        await page.goto(product.url(`/w/acme/deliveries#key=${product.key}`))
        await page.getByText("The chart could not be shown.").waitFor()
        await page.getByRole("heading", { name: "No deliveries in this time range" }).waitFor()
        await page.getByText("0 delivered").waitFor()
      })
    }),
  )

  it.effect("keeps its other pages usable if one page cannot be loaded", () =>
    Effect.gen(function* () {
      const product = yield* Product.start({ worker: false })
      const { page } = yield* sitDown()
      yield* act(async () => {
        await page.route(/DeliveriesPage-.*\.js$/, (route) => route.abort())
        await page.goto(product.url(`/w/acme/deliveries#key=${product.key}`))
        await page.getByText("This page could not be shown.").waitFor()
        await page.getByRole("link", { name: "Integrations" }).click()
        await page.getByRole("heading", { name: "No integrations yet" }).waitFor()
      })
    }),
  )

  it.effect("shows the status of a proxy that fails, and recovers", () =>
    Effect.gen(function* () {
      const product = yield* Product.start({ worker: false })
      const { page } = yield* sitDown()
      const badGateway = { status: 502, contentType: "text/html", body: "<h1>502 Bad Gateway</h1>" }
      yield* act(async () => {
        await page.goto(product.url(`/w/acme/integrations/new#key=${product.key}`))
        await page.getByRole("textbox", { name: "URL" }).fill("https://hooks.example.com/mdm")
        await page.getByRole("checkbox", { name: "Device enrolled" }).check()
        await page.route("**/api/**", (route) => route.fulfill(badGateway))
        await page.getByRole("button", { name: "Save" }).click()
        await page.getByText("The server, or a proxy in front of it, responded with HTTP 502.").waitFor()
        await page.getByText("The server responded with HTTP 502. Reconnecting…").waitFor({ timeout: 15_000 })
        await page.unroute("**/api/**")
        await page.getByText("Reconnecting…").waitFor({ state: "hidden", timeout: 15_000 })
      })
    }),
  )

  it.effect("says that a wrong key is invalid, and nothing of an ended session", () =>
    Effect.gen(function* () {
      const product = yield* Product.start({ worker: false })
      const { page } = yield* sitDown()
      yield* act(async () => {
        await page.goto(product.url("/w/acme/integrations"))
        await page.getByLabel("API key", { exact: true }).fill("ek_0000000000000000_unknown")
        await page.keyboard.press("Enter")
        await page.getByText("This key is invalid or was revoked.").waitFor()
        expect(await page.getByText("Your session has ended").count()).toBe(0)
        await page.goto(product.url("#key=ek_0000000000000000_unknown"))
        await page.reload()
        await page.goto("about:blank")
        await page.goto(product.url("#key=ek_0000000000000000_unknown"))
        await page.getByText("This key is invalid or was revoked.").waitFor()
      })
    }),
  )

  it.effect(
    "works in a browser started with LANG=C.UTF-8",
    () =>
      Effect.gen(function* () {
        const product = yield* Product.start({ worker: false })
        const browser = yield* Browser.startIn({ LANG: "C.UTF-8", LC_ALL: "C.UTF-8", LANGUAGE: "" })
        yield* act(async () => {
          const page = await browser.newPage()
          const errors: Array<string> = []
          page.on("pageerror", (error) => errors.push(error.message))
          await page.goto("about:blank")
          // The locale that this test is about.
          expect(await page.evaluate("navigator.language")).toBe("en-US@posix")
          await page.goto(product.url(`/w/acme/deliveries#key=${product.key}`))
          await page.locator(".chart canvas").waitFor()
          await page.getByText("0 delivered").waitFor()
          for (const name of ["Integrations", "Deliveries"]) {
            await page.getByRole("link", { name, exact: true }).click()
            await page.getByRole("heading", { name, exact: true }).waitFor()
          }
          expect(errors).toEqual([])
        })
      }),
    60_000,
  )
})
