/**
 * Workspace → Integrations → + Create integration, and everything after: what a customer of the vendor does, in a browser.
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

/** What the thing with the focus says. */
const focused = (page: Page) => page.evaluate("document.activeElement.innerText")

layer(Window.layer, { timeout: "90 seconds", excludeTestServices: true })("a person in Integrations", (it) => {
  it.effect("makes one from nothing, copies its secret, and verifies with it what is posted", () =>
    Effect.gen(function* () {
      const { page, product, receiver, complaints, open } = yield* signedIn()
      yield* open()
      const secret = yield* act(async () => {
        await page.getByRole("heading", { name: "Nobody is told yet" }).waitFor()
        await page.getByRole("link", { name: "+ Create integration" }).click()
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
        await page.getByText("it is not shown again").waitFor()
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
      // It is on no page any more.
      expect((yield* act(() => page.content())).includes(secret)).toBe(false)

      yield* act(async () => {
        await row.getByRole("link").click()
        await page.getByRole("button", { name: "Send test event" }).click()
        await dialog(page).getByText("HTTP 204").waitFor()
      })
      const heard = yield* receiver.next
      const headers = Object.fromEntries(Object.entries(heard.headers).map(([name, value]) => [name, String(value)]))
      expect(new Webhook(secret).verify(Buffer.from(heard.body), headers)).toMatchObject({ organization: {} })
      const listed = yield* product.integrations.list("acme")
      expect(listed.map(({ url, events }) => ({ url, events }))).toEqual([
        { url: receiver.url("/mdm"), events: ["device_enrolled", "inventory_item"] },
      ])
      expect(complaints).toEqual([])
    }),
  )

  it.effect("reads at the field what is wrong with it", () =>
    Effect.gen(function* () {
      const { page, product, receiver, complaints, open } = yield* signedIn("/w/acme/integrations/new")
      yield* product.integrations.create("acme", { url: receiver.url("/taken"), events: ["device_enrolled"] })
      yield* open()
      const url = page.getByRole("textbox", { name: "URL" })
      const save = () => page.getByRole("button", { name: "Save" }).click()
      const reads = async (sentence: string | RegExp) => {
        await page.getByText(sentence).waitFor()
        // The field itself is said to be wrong, not only the page.
        expect(await url.getAttribute("aria-invalid")).toBe("true")
      }
      yield* act(async () => {
        await save()
        await reads("Enter the URL that receives the events.")
        await url.fill("hooks.example.com/mdm")
        await save()
        await page.getByText("Choose at least one event.").waitFor()
        await choose(page, "Device enrolled")
        for (const [input, sentence] of [
          ["hooks.example.com/mdm", "This is not a whole URL."],
          ["ftp://hooks.example.com/mdm", "The URL must begin with https://"],
          ["https://ada:secret@hooks.example.com/mdm", "Leave out user and password"],
          ["https://hooks.example.com/mdm#here", "Leave out the part from # on"],
          ["https://hooks.example.com:22/mdm", "This port belongs to another kind of service."],
          ["https://10.0.0.1/mdm", /This host is not on the public internet/],
          [receiver.url("/taken"), "Another integration of this workspace has this URL already."],
        ] as const) {
          await url.fill(input)
          await save()
          await reads(sentence)
        }
      })
      expect((yield* product.integrations.list("acme")).length).toBe(1)
      expect(complaints).toEqual([])
    }),
  )

  it.effect("opens one, and changes URL and events", () =>
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
        // Which is so no longer when it is changed again.
        await choose(page, "Apple Push Certificate expires")
        await dialog(page).getByText("Saved.").waitFor({ state: "hidden" })
        await page.keyboard.press("Escape")
        await dialog(page).waitFor({ state: "hidden" })
      })
      const { url, events } = yield* product.integrations.get("acme", made.integration.id)
      expect({ url, events }).toEqual({ url: receiver.url("/new"), events: ["device_enrolled", "inventory_item"] })
      // Whoever works by keyboard is where they were.
      expect(yield* act(() => focused(page))).toBe(receiver.url("/new"))
    }),
  )

  it.effect("disables, enables, rotates the secret, and deletes, each with a word of what happened", () =>
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
        await page.getByText("Somebody disabled it.").waitFor()
        await page.getByRole("button", { name: "Send test event" }).click()
        await page.getByText("A disabled integration is sent nothing").waitFor()
      })
      expect((yield* now).enabled).toBe(false)
      yield* act(async () => {
        await page.getByRole("switch", { name: "Enabled" }).press("Space")
        await page.getByText("Somebody disabled it.").waitFor({ state: "hidden" })
        await page.getByRole("button", { name: "Rotate secret" }).click()
        await page.getByText("The old one signs along for 24 hours").waitFor()
        await page.getByRole("button", { name: "Make a new secret" }).click()
        await page.locator(".secret", { hasText: /^whsec_/ }).waitFor()
        expect(await focused(page)).toMatch(/^Signing secret/)
        await page.getByRole("button", { name: "Delete", exact: true }).click()
        // The safe answer has the focus, and Escape takes it, without closing the panel.
        await page.keyboard.press("Escape")
        await page.getByRole("button", { name: "Delete", exact: true }).click()
        await page.getByRole("button", { name: "Delete it" }).click()
        await page.getByRole("heading", { name: "Nobody is told yet" }).waitFor()
      })
      expect(yield* product.integrations.list("acme")).toEqual([])
      expect(complaints).toEqual([])
    }),
  )

  it.effect("is all done by keyboard", () =>
    Effect.gen(function* () {
      const { page, product, receiver, open } = yield* signedIn()
      yield* open()
      const tabTo = async (text: string) => {
        for (let left = 40; left > 0 && (await focused(page)) !== text; left -= 1) await page.keyboard.press("Tab")
        expect(await focused(page)).toBe(text)
      }
      yield* act(async () => {
        await page.getByRole("link", { name: "+ Create integration" }).waitFor()
        await tabTo("+ Create integration")
        await page.keyboard.press("Enter")
        await dialog(page).getByRole("textbox", { name: "URL" }).waitFor()
        // The panel has the page's attention.
        expect(await page.evaluate("getComputedStyle(document.documentElement).overflowY")).toBe("hidden")
        await page.keyboard.press("Tab")
        await page.keyboard.press("Tab")
        await page.keyboard.type(receiver.url("/keys"))
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
        expect(await focused(page)).toBe("Delete it")
        await page.keyboard.press("Enter")
        await page.getByRole("heading", { name: "Nobody is told yet" }).waitFor()
        // What opened the panel is gone: the next Tab goes on in the content, not at the top of the page.
        await page.locator("#content:focus").waitFor()
      })
      expect(yield* product.integrations.list("acme")).toEqual([])
    }),
  )
})
