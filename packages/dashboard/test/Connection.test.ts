/**
 * The server stops and starts again: the page shows it and reconnects.
 */
import { expect, layer } from "@effect/vitest"
import { act, sitDown, Window } from "@espalier/testing/Person"
import { Effect } from "effect"
import * as Product from "./support/Product.ts"

layer(Window.layer, { timeout: "90 seconds", excludeTestServices: true })("a page that lost its server", (it) => {
  it.effect(
    "shows that the connection is lost, keeps the input and reconnects automatically",
    () =>
      Effect.gen(function* () {
        const product = yield* Product.start()
        const { page } = yield* sitDown()
        const crashes: Array<string> = []
        page.on("pageerror", (error) => crashes.push(error.message))
        const url = page.getByRole("textbox", { name: "URL" })
        yield* act(async () => {
          await page.goto(product.url(`/w/acme/integrations/new#key=${product.key}`))
          await url.fill("https://hooks.example.com/mdm")
          await page.getByRole("checkbox", { name: "Device enrolled" }).check()
        })
        yield* product.stop
        yield* act(async () => {
          await page.getByRole("button", { name: "Save" }).click()
          await page.getByText("The server cannot be reached.").waitFor()
          await page.getByText("Connection lost. Reconnecting…").waitFor({ timeout: 15_000 })
        })
        expect(yield* act(() => url.inputValue())).toBe("https://hooks.example.com/mdm")
        yield* product.startAgain
        yield* act(async () => {
          await page.getByText("Connection lost. Reconnecting…").waitFor({ state: "hidden", timeout: 15_000 })
          await page.getByRole("button", { name: "Close" }).click()
          await page.getByRole("heading", { name: "No integrations yet" }).waitFor()
        })
        expect(crashes).toEqual([])
      }),
    60_000,
  )

  it.effect("waits for the server when it is opened", () =>
    Effect.gen(function* () {
      const product = yield* Product.start()
      const { page } = yield* sitDown()
      // The page is loaded, but the API is not reachable.
      yield* act(async () => {
        await page.route("**/api/**", (route) => route.abort("connectionrefused"))
        await page.goto(product.url(`#key=${product.key}`))
        await page.getByText("Connection lost. Reconnecting…").waitFor()
        await page.unroute("**/api/**")
        await page.getByRole("heading", { name: "No integrations yet" }).waitFor({ timeout: 15_000 })
      })
    }),
  )
})
