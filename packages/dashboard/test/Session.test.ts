/**
 * The session in a browser: signing in, ending, signing out.
 */
import { expect, layer } from "@effect/vitest"
import { act, sitDown, Window } from "@espalier/testing/Person"
import { Effect } from "effect"
import * as Product from "./support/Product.ts"

layer(Window.layer, { timeout: "90 seconds", excludeTestServices: true })("the session", (it) => {
  it.effect("signs in and opens the requested page", () =>
    Effect.gen(function* () {
      const product = yield* Product.start()
      const { page, complaints } = yield* sitDown()
      yield* act(async () => {
        await page.goto(product.url("/w/acme/deliveries"))
        await page.getByRole("button", { name: "Sign in" }).click()
        await page.getByText("Enter your API key.").waitFor()
        await page.getByLabel("API key", { exact: true }).fill("hello")
        await page.keyboard.press("Enter")
        await page.getByText("An API key starts with ek_.").waitFor()
        await page.getByLabel("API key", { exact: true }).fill("ek_0000000000000000_unknown")
        await page.keyboard.press("Enter")
        await page.getByText("This key is invalid or was revoked.").waitFor()
        await page.getByLabel("API key", { exact: true }).fill(product.key)
        await page.keyboard.press("Enter")
        await page.getByRole("heading", { name: "Deliveries", exact: true }).waitFor()
      })
      expect(page.url()).toBe(product.url("/w/acme/deliveries"))
      expect(yield* act(() => page.evaluate("document.cookie"))).toBe("")
      expect(complaints).toEqual([])
    }),
  )

  it.effect("accepts a key in a link, and removes it from address and history", () =>
    Effect.gen(function* () {
      const product = yield* Product.start()
      const { page } = yield* sitDown()
      const requested: Array<string> = []
      page.on("request", (request) => requested.push(request.url()))
      yield* act(async () => {
        await page.goto(product.url(`#key=${product.key}`))
        await page.getByRole("heading", { name: "Integrations", exact: true }).waitFor()
      })
      expect(page.url()).toBe(product.url("/w/acme/integrations"))
      yield* act(async () => {
        await page.goBack()
        await page.waitForLoadState()
      })
      expect(page.url()).not.toContain("ek_")
      expect(requested.filter((url) => url.includes("ek_"))).toEqual([])
    }),
  )

  it.effect("asks to sign in again when the session has ended, and continues at the same page", () =>
    Effect.gen(function* () {
      const product = yield* Product.start()
      const { page, complaints } = yield* sitDown()
      yield* act(async () => {
        await page.goto(product.url(`/w/acme/integrations/new#key=${product.key}`))
        await page.getByRole("textbox", { name: "URL" }).fill("https://hooks.example.com/mdm")
        await page.getByRole("checkbox", { name: "Device enrolled" }).check()
      })
      yield* product.revoke
      yield* act(async () => {
        await page.getByRole("button", { name: "Save" }).click()
        await page.getByText("Your session has ended").waitFor()
      })
      const another = yield* product.newKey
      yield* act(async () => {
        await page.getByLabel("API key", { exact: true }).fill(another)
        await page.keyboard.press("Enter")
        await page.getByRole("dialog", { name: "Create integration" }).waitFor()
      })
      expect(page.url()).toBe(product.url("/w/acme/integrations/new"))
      expect(complaints).toEqual([])
    }),
  )

  it.effect("offers all workspaces to a key for all of them, and signs out", () =>
    Effect.gen(function* () {
      const product = yield* Product.start({ dashboard: { workspaces: ["acme", "globex"] } })
      const { page } = yield* sitDown()
      yield* act(async () => {
        await page.goto(product.url(`#key=${product.keyOfAll}`))
        await page.getByRole("link", { name: "globex" }).click()
        await page.getByRole("heading", { name: "No integrations yet" }).waitFor()
      })
      expect(page.url()).toBe(product.url("/w/globex/integrations"))
      yield* act(async () => {
        await page.getByRole("button", { name: "Session" }).click()
        await page.getByRole("menuitem", { name: "Change workspace" }).click()
        await page.getByLabel("Another workspace").fill("Ümläut & Söhne/1")
        await page.keyboard.press("Enter")
        await page.getByRole("banner").getByText("Ümläut & Söhne/1").waitFor()
        await page.getByRole("button", { name: "Session" }).click()
        await page.getByRole("menuitem", { name: "Sign out" }).click()
        await page.getByRole("heading", { name: "Sign in" }).waitFor()
        await page.reload()
        await page.getByRole("heading", { name: "Sign in" }).waitFor()
      })
      expect(yield* act(() => page.getByText("Your session has ended").count())).toBe(0)
    }),
  )

  it.effect("shows that the key does not grant access to another workspace", () =>
    Effect.gen(function* () {
      const product = yield* Product.start()
      const { page } = yield* sitDown()
      yield* act(async () => {
        await page.goto(product.url(`/w/globex/integrations#key=${product.key}`))
        await page.getByText("Your key does not grant access to this workspace.").first().waitFor()
      })
    }),
  )
})
