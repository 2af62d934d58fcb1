/**
 * Every page in light and dark, wide and narrow: without violations of axe's rules, without horizontal scrolling, and without errors in the
 * browser's console, such as violations of the content security policy.
 */
import { AxeBuilder } from "@axe-core/playwright"
import { expect, layer } from "@effect/vitest"
import * as Rows from "@espalier/testing/DeliveryRows"
import { act, sitDown, Window } from "@espalier/testing/Person"
import { Effect } from "effect"
import { SqlClient } from "effect/sql"
import type { Page } from "playwright-core"
import * as Product from "./support/Product.ts"

const longUrl = `https://hooks.example.com/${"quite/a/long/path/".repeat(12)}?token=${"x".repeat(80)}`

/** A workspace with every kind of data. */
const furnished = Effect.gen(function* () {
  const product = yield* Product.start({ worker: false, dashboard: { workspaces: ["acme", "globex"] } })
  const { create, disable } = product.integrations
  const { integration } = yield* create("acme", { url: longUrl, events: ["device_enrolled", "inventory_item"] })
  const off = yield* create("acme", { url: "https://off.example.com/", events: ["device_enrolled"] })
  yield* disable("acme", off.integration.id)
  const row = { at: Date.now() - 120_000, integration: integration.id, name: "device_enrolled" } as const
  const [delivery] = yield* Effect.provideService(
    Rows.insert("acme", [
      { ...row, state: "dead" },
      { ...row, state: "delivered" },
      { ...row, state: "pending" },
    ]),
    SqlClient.SqlClient,
    product.sql,
  )
  /** Addresses, each with a text of its page. */
  const pages: ReadonlyArray<readonly [path: string, seen: string]> = [
    [`#key=${product.keyOfAll}`, "Choose a workspace"],
    ["/w/globex/integrations", "No integrations yet"],
    ["/w/acme/integrations", "Disabled"],
    ["/w/acme/integrations/new", "Inventory item registered"],
    [`/w/acme/integrations/${integration.id}`, "Send test event"],
    ["/w/globex/deliveries", "No deliveries in this time range"],
    ["/w/acme/deliveries", "3 deliveries"],
    [`/w/acme/deliveries/${delivery?.id}`, "Copy body as sent"],
    ["/w/acme/nothing", "There is no page at this address."],
  ]
  return { product, pages }
})

const looks = [
  { viewport: { width: 1280, height: 900 }, colorScheme: "light" },
  { viewport: { width: 1280, height: 900 }, colorScheme: "dark" },
  { viewport: { width: 360, height: 740 }, colorScheme: "dark" },
  { viewport: { width: 360, height: 740 }, colorScheme: "light" },
] as const

/** The violations that axe finds, with their elements. */
const violations = (page: Page) =>
  act(async () => {
    const found = await new AxeBuilder({ page }).analyze()
    return found.violations.map(
      ({ id, nodes }) => `${id}: ${nodes.map(({ html, any }) => `${html} ${any[0]?.message ?? ""}`).join(" | ")}`,
    )
  })

layer(Window.layer, { timeout: "90 seconds", excludeTestServices: true })("every page", (it) => {
  it.effect(
    "is accessible in light and dark, wide and narrow",
    () =>
      Effect.gen(function* () {
        const { product, pages } = yield* furnished
        // Axe is a script in the page, which the policy would block.
        const { page } = yield* sitDown({ bypassCSP: true, reducedMotion: "reduce" })
        const isAccessible = Effect.fnUntraced(function* (name: string) {
          for (const { viewport, colorScheme } of looks) {
            yield* act(async () => {
              await page.setViewportSize(viewport)
              await page.emulateMedia({ colorScheme })
              await page.locator(`html[data-mantine-color-scheme=${colorScheme}]`).waitFor()
            })
            const at = [name, colorScheme, viewport.width]
            expect([...at, yield* act(() => page.evaluate("document.documentElement.scrollWidth"))]).toEqual([
              ...at,
              viewport.width,
            ])
            expect([...at, ...(yield* violations(page))]).toEqual(at)
          }
        })

        for (const [path, seen] of pages) {
          yield* act(async () => {
            await page.goto(product.url(path))
            await page.getByText(seen).first().waitFor()
          })
          yield* isAccessible(path)
        }
        yield* act(async () => {
          await page.goto(product.url("/w/acme/deliveries"))
          await page.getByRole("button", { name: "Replay deliveries" }).click()
          await page.getByRole("dialog").getByText("Sends events of this time range again").waitFor()
        })
        yield* isAccessible("replay")
        yield* act(async () => {
          await page.keyboard.press("Escape")
          await page.getByRole("button", { name: "Session" }).click()
          await page.getByRole("menuitem", { name: "Sign out" }).click()
          await page.getByRole("button", { name: "Sign in" }).click()
          await page.getByText("Enter your API key.").waitFor()
        })
        yield* isAccessible("sign-in")
      }),
    120_000,
  )

  it.effect("violates no rule of the content security policy", () =>
    Effect.gen(function* () {
      const { product, pages } = yield* furnished
      const { page, complaints } = yield* sitDown()
      for (const [path, seen] of pages) {
        yield* act(async () => {
          await page.goto(product.url(path))
          await page.getByText(seen).first().waitFor()
        })
      }
      expect(complaints).toEqual([])
      // A violation would be reported.
      yield* act(() =>
        page.evaluate("document.body.append(Object.assign(document.createElement('style'), { textContent: 'a{}' }))"),
      )
      expect(complaints).toEqual([expect.stringContaining("Content Security Policy")])
    }),
  )

  it.effect("keeps the chosen colour scheme after a reload", () =>
    Effect.gen(function* () {
      const product = yield* Product.start()
      const { page, complaints } = yield* sitDown({ colorScheme: "light" })
      const is = (scheme: "light" | "dark") => page.locator(`html[data-mantine-color-scheme=${scheme}]`).waitFor()
      yield* act(async () => {
        await page.goto(product.url(`#key=${product.key}`))
        await page.getByRole("button", { name: "Colour scheme" }).click()
        await is("light")
        await page.getByRole("menuitem", { name: "Dark" }).click()
        await is("dark")
        await page.reload()
        await page.getByRole("button", { name: "Colour scheme" }).click()
        await is("dark")
        await page.getByRole("menuitem", { name: "System" }).click()
        await is("light")
        await page.emulateMedia({ colorScheme: "dark" })
        await is("dark")
      })
      expect(complaints).toEqual([])
    }),
  )

  it.effect("has a link to skip to the content by keyboard", () =>
    Effect.gen(function* () {
      const product = yield* Product.start()
      const { page } = yield* sitDown()
      yield* act(async () => {
        await page.goto(product.url(`#key=${product.key}`))
        await page.getByRole("heading", { name: "No integrations yet" }).waitFor()
        await page.keyboard.press("Tab")
        await page.keyboard.press("Enter")
        await page.keyboard.press("Tab")
        await page.keyboard.press("Enter")
        await page.getByRole("dialog", { name: "Create integration" }).waitFor()
      })
    }),
  )
})
