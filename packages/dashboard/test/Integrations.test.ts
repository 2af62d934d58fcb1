/**
 * The Integrations page in a browser: Workspace → Integrations → Create integration, and every action after that.
 */
import { expect, layer } from "@effect/vitest"
import { act, sitDown, Window } from "@espalier/testing/Person"
import * as Receiver from "@espalier/testing/WebhookReceiver"
import { Effect } from "effect"
import type { Page } from "playwright-core"
import { Webhook } from "standardwebhooks"
import * as Product from "./support/Product.ts"

const signedIn = Effect.fnUntraced(function* (path = "/w/acme/integrations") {
  const product = yield* Product.start()
  const receiver = yield* Receiver.make
  const { page, complaints } = yield* sitDown()
  const open = () => act(() => page.goto(product.url(`${path}#key=${product.key}`)))
  return { product, receiver, page, complaints, open }
})

const choose = (page: Page, name: string) => page.getByRole("checkbox", { name, exact: true }).check()
const dialog = (page: Page) => page.getByRole("dialog")

/** The text of the focused element. */
const focused = (page: Page) => page.evaluate("document.activeElement.innerText")

layer(Window.layer, { timeout: "90 seconds", excludeTestServices: true })("the Integrations page", (it) => {
  it.effect("creates an integration whose secret verifies its events", () =>
    Effect.gen(function* () {
      const { page, product, receiver, complaints, open } = yield* signedIn()
      yield* open()
      const secret = yield* act(async () => {
        await page.getByRole("heading", { name: "No integrations yet" }).waitFor()
        await page.getByRole("link", { name: "Create integration" }).click()
        await dialog(page)
          .getByRole("radio", { name: /^Webhook/ })
          .waitFor()
        await page.getByRole("textbox", { name: "URL" }).fill(receiver.url("/mdm"))
        await choose(page, "Device enrolled")
        await choose(page, "Inventory item registered")
        await page.getByText("Example", { exact: true }).first().click()
        await page
          .getByText('"emm_enrollment_token_created"')
          .or(page.getByText("_enrollment_token_created"))
          .first()
          .waitFor()
        await page.getByRole("button", { name: "Save" }).click()
        await page.getByText("It is not shown again").waitFor()
        const shown = await page.locator(".secret").innerText()
        await page.getByRole("button", { name: "Done" }).click()
        await dialog(page).waitFor({ state: "detached" })
        return shown
      })
      const row = page.getByRole("row").filter({ hasText: receiver.url("/mdm") })
      expect(yield* act(() => row.getByRole("cell").allInnerTexts())).toEqual([
        expect.stringContaining("Webhook"),
        receiver.url("/mdm"),
        expect.stringMatching(/Device enrolled\s+Inventory item registered/),
        "Enabled",
      ])
      // The secret is not shown again.
      expect((yield* act(() => page.content())).includes(secret)).toBe(false)

      yield* act(async () => {
        await row.getByRole("link").click()
        await page.getByRole("button", { name: "Send test event" }).click()
        await dialog(page).getByText("HTTP 204").waitFor()
      })
      const received = yield* receiver.next
      const headers = Object.fromEntries(Object.entries(received.headers).map(([name, value]) => [name, String(value)]))
      expect(new Webhook(secret).verify(Buffer.from(received.body), headers)).toMatchObject({ organization: {} })
      const listed = yield* product.integrations.list("acme")
      expect(listed.map(({ url, events }) => ({ url, events }))).toEqual([
        { url: receiver.url("/mdm"), events: ["device_enrolled", "inventory_item"] },
      ])
      expect(complaints).toEqual([])
    }),
  )

  it.effect("shows each problem at its field", () =>
    Effect.gen(function* () {
      const { page, product, receiver, complaints, open } = yield* signedIn("/w/acme/integrations/new")
      yield* product.integrations.create("acme", { url: receiver.url("/taken"), events: ["device_enrolled"] })
      yield* open()
      const url = page.getByRole("textbox", { name: "URL" })
      const save = () => page.getByRole("button", { name: "Save" }).click()
      const reads = async (message: string | RegExp) => {
        await page.getByText(message).waitFor()
        // The field itself is marked as invalid.
        expect(await url.getAttribute("aria-invalid")).toBe("true")
      }
      yield* act(async () => {
        await save()
        await reads("Enter the URL that receives the events.")
        await url.fill("hooks.example.com/mdm")
        await save()
        await page.getByText("Choose at least one event.").waitFor()
        await choose(page, "Device enrolled")
        for (const [input, message] of [
          ["hooks.example.com/mdm", "Enter a complete URL, such as"],
          ["ftp://hooks.example.com/mdm", "The URL must start with https://"],
          ["https://ada:secret@hooks.example.com/mdm", "Remove the user name and password"],
          ["https://hooks.example.com/mdm#here", "Remove the fragment"],
          ["https://hooks.example.com:22/mdm", "This port is reserved for other services."],
          ["https://10.0.0.1/mdm", /This host is not on the public internet/],
          [receiver.url("/taken"), "Another integration of this workspace already has this URL."],
        ] as const) {
          await url.fill(input)
          await save()
          await reads(message)
        }
      })
      expect((yield* product.integrations.list("acme")).length).toBe(1)
      expect(complaints).toEqual([])
    }),
  )

  it.effect("updates URL and events", () =>
    Effect.gen(function* () {
      const { page, product, receiver, open } = yield* signedIn()
      const made = yield* product.integrations.create("acme", {
        url: receiver.url("/old"),
        events: ["device_enrolled"],
      })
      yield* open()
      const row = page.getByRole("link", { name: receiver.url("/old") })
      yield* act(async () => {
        await row.focus()
        await page.keyboard.press("Enter")
        await dialog(page).getByRole("textbox", { name: "URL" }).fill(receiver.url("/new"))
        await choose(page, "Inventory item registered")
        await page.getByRole("button", { name: "Save" }).click()
        await dialog(page).getByText("Saved.").waitFor()
        expect(await focused(page)).toBe("Save")
        // The confirmation disappears with the next change.
        await choose(page, "Apple Push Certificate expires")
        await dialog(page).getByText("Saved.").waitFor({ state: "hidden" })
        await page.keyboard.press("Escape")
        await page.getByRole("button", { name: "Discard" }).click()
        await dialog(page).waitFor({ state: "hidden" })
      })
      const { url, events } = yield* product.integrations.get("acme", made.integration.id)
      expect({ url, events }).toEqual({ url: receiver.url("/new"), events: ["device_enrolled", "inventory_item"] })
      // The focus returns to the row.
      expect(yield* act(() => focused(page))).toBe(receiver.url("/new"))
    }),
  )

  it.effect("disables, enables, rotates the secret and deletes, each with a confirmation", () =>
    Effect.gen(function* () {
      const { page, product, receiver, complaints, open } = yield* signedIn()
      const { integration } = yield* product.integrations.create("acme", {
        url: receiver.url("/"),
        events: ["device_enrolled"],
      })
      yield* open()
      const now = Effect.suspend(() => product.integrations.get("acme", integration.id))
      const row = page.getByRole("link", { name: receiver.url("/") })
      yield* act(async () => {
        await row.click()
        await page.getByRole("switch", { name: "Enabled" }).press("Space")
        await page.getByText("It was disabled manually.").waitFor()
        await page.getByRole("button", { name: "Send test event" }).click()
        await page.getByText("A disabled integration receives no events").waitFor()
      })
      expect((yield* now).enabled).toBe(false)
      yield* act(async () => {
        await page.getByRole("switch", { name: "Enabled" }).press("Space")
        await page.getByText("It was disabled manually.").waitFor({ state: "hidden" })
        await page.getByRole("button", { name: "Rotate secret" }).click()
        await page.getByText("also signed with the old one for 24 hours").waitFor()
        await page.getByRole("button", { name: "Create new secret" }).click()
        await page.locator(".secret", { hasText: /^whsec_/ }).waitFor()
        expect(await focused(page)).toMatch(/^Signing secret/)
        await page.getByRole("button", { name: "Delete", exact: true }).click()
        // Cancel has the focus. Escape cancels and does not close the panel.
        await page.keyboard.press("Escape")
        await page.getByRole("button", { name: "Delete", exact: true }).click()
        await page.getByRole("button", { name: "Delete integration" }).click()
        await page.getByRole("heading", { name: "No integrations yet" }).waitFor()
      })
      expect(yield* product.integrations.list("acme")).toEqual([])
      expect(complaints).toEqual([])
    }),
  )

  it.effect("asks before unsaved changes are lost", () =>
    Effect.gen(function* () {
      const { page, product, receiver, complaints, open } = yield* signedIn()
      yield* product.integrations.create("acme", { url: receiver.url("/old"), events: ["device_enrolled"] })
      yield* open()
      const url = dialog(page).getByRole("textbox", { name: "URL" })
      const question = page.getByRole("dialog", { name: "Discard changes?" })
      yield* act(async () => {
        await page.getByRole("link", { name: receiver.url("/old") }).click()
        await url.fill(receiver.url("/new"))
        await dialog(page).getByRole("button", { name: "Close" }).click()
        await question.getByRole("button", { name: "Keep editing" }).click()
        expect(await url.inputValue()).toBe(receiver.url("/new"))
        // The same value as before is no change.
        await url.fill(receiver.url("/old"))
        await dialog(page).getByRole("button", { name: "Close" }).click()
        await dialog(page).waitFor({ state: "detached" })
        await page.getByRole("link", { name: receiver.url("/old") }).click()
        await url.fill(receiver.url("/new"))
        await page.keyboard.press("Escape")
        await question.getByRole("button", { name: "Discard" }).click()
        await question.waitFor({ state: "detached" })
        await page.getByRole("link", { name: receiver.url("/old") }).waitFor()
      })
      expect((yield* product.integrations.list("acme")).map(({ url }) => url)).toEqual([receiver.url("/old")])
      expect(complaints).toEqual([])
    }),
  )

  it.effect("subscribes to all events at once, and shows it in one badge", () =>
    Effect.gen(function* () {
      const { page, product, receiver, complaints, open } = yield* signedIn("/w/acme/integrations/new")
      yield* open()
      yield* act(async () => {
        await page.getByRole("textbox", { name: "URL" }).fill(receiver.url("/all"))
        await choose(page, "All events")
        await page.getByRole("button", { name: "Save" }).click()
        await page.getByText("It is not shown again").waitFor()
        for (const language of ["Python", "openssl"]) {
          await page.getByRole("tab", { name: language }).click()
          await page.getByRole("figure", { name: `How to verify with ${language}` }).waitFor()
        }
        await page.getByRole("button", { name: "Done" }).click()
        await page
          .getByRole("row")
          .filter({ hasText: receiver.url("/all") })
          .getByText("All events")
          .waitFor()
      })
      const [integration] = yield* product.integrations.list("acme")
      expect(integration?.events).toEqual(["*"])
      expect(complaints).toEqual([])
    }),
  )

  it.effect("can be used by keyboard alone", () =>
    Effect.gen(function* () {
      const { page, product, receiver, open } = yield* signedIn()
      yield* open()
      const tabTo = async (text: string) => {
        for (let left = 40; left > 0 && (await focused(page)) !== text; left -= 1) await page.keyboard.press("Tab")
        expect(await focused(page)).toBe(text)
      }
      yield* act(async () => {
        await page.getByRole("link", { name: "Create integration" }).waitFor()
        await tabTo("Create integration")
        await page.keyboard.press("Enter")
        await dialog(page).getByRole("textbox", { name: "URL" }).waitFor()
        // The page behind the panel does not scroll.
        expect(await page.evaluate("getComputedStyle(document.documentElement).overflowY")).toBe("hidden")
        await page.keyboard.press("Tab")
        await page.keyboard.press("Tab")
        await page.keyboard.type(receiver.url("/keys"))
        await page.keyboard.press("Tab")
        await page.keyboard.press("Tab")
        await page.keyboard.press("Space")
        await tabTo("Save")
        await page.keyboard.press("Enter")
        await dialog(page).getByText("Saved").waitFor()
        expect(await focused(page)).toMatch(/^Saved/)
        await page.keyboard.press("Tab")
        expect(await focused(page)).toBe("Copy the secret")
        await tabTo("Done")
        await page.keyboard.press("Enter")
        await dialog(page).waitFor({ state: "detached" })
        await tabTo(receiver.url("/keys"))
        await page.keyboard.press("Enter")
        await dialog(page).getByRole("button", { name: "Send test event" }).waitFor()
        await tabTo("Send test event")
        await page.keyboard.press("Enter")
        await dialog(page).getByText("HTTP 204").waitFor()
        expect(await focused(page)).toBe("Send test event")
        await tabTo("Delete")
        await page.keyboard.press("Enter")
        await page.keyboard.press("Tab")
        expect(await focused(page)).toBe("Delete integration")
        await page.keyboard.press("Enter")
        await page.getByRole("heading", { name: "No integrations yet" }).waitFor()
        // The element that opened the panel is deleted: the focus is in the content, not at the top of the page.
        await page.locator("#content:focus").waitFor()
      })
      expect(yield* product.integrations.list("acme")).toEqual([])
    }),
  )
})
