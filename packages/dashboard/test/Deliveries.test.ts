/**
 * The Deliveries page in a browser: list, filters, details, retry and replay, while new deliveries arrive.
 */
import { expect, layer } from "@effect/vitest"
import * as Rows from "@espalier/testing/DeliveryRows"
import { enrolled } from "@espalier/testing/Events"
import { act, sitDown, Window } from "@espalier/testing/Person"
import * as Receiver from "@espalier/testing/WebhookReceiver"
import { Effect } from "effect"
import { SqlClient } from "effect/sql"
import * as Product from "./support/Product.ts"

const signedIn = Effect.fnUntraced(function* (options: Product.ProductOptions = {}) {
  const product = yield* Product.start(options)
  const receiver = yield* Receiver.make
  const { page, complaints } = yield* sitDown()
  const { integration } = yield* product.integrations.create("acme", {
    url: receiver.url("/mdm"),
    events: ["device_enrolled"],
  })
  const publish = (name: string) => product.notifications.publish("acme", enrolled(name))
  const open = (path = "/w/acme/deliveries") => act(() => page.goto(product.url(`${path}#key=${product.key}`)))
  const rows = page.getByRole("list", { name: "Deliveries" }).getByRole("listitem")
  return { product, receiver, page, complaints, integration, publish, open, rows }
})

layer(Window.layer, { timeout: "90 seconds", excludeTestServices: true })("the Deliveries page", (it) => {
  it.effect("shows each delivery as it happens, with matching figures and chart", () =>
    Effect.gen(function* () {
      const { page, receiver, publish, open, rows, complaints } = yield* signedIn()
      yield* open()
      yield* act(() => page.getByRole("heading", { name: "No deliveries in this time range" }).waitFor())
      yield* publish("first")
      yield* act(() => rows.filter({ hasText: "Delivered" }).waitFor())
      receiver.answers = Receiver.status(500)
      yield* publish("second")
      yield* act(() => rows.filter({ hasText: "Retrying" }).waitFor())
      expect(yield* act(() => rows.count())).toBe(2)
      expect(yield* act(() => rows.first().innerText())).toMatch(/Retrying[\s\S]*HTTP 500, next /)
      yield* act(async () => {
        await page.getByText("1 delivered", { exact: true }).waitFor({ timeout: 15_000 })
        await page.getByText("1 pending", { exact: true }).waitFor()
        await page.locator("dl div").filter({ hasText: "Failing integrations" }).getByText("1").waitFor()
      })
      expect(complaints).toEqual([])
    }),
  )

  it.effect("shows request and response of a delivery, and retries it", () =>
    Effect.gen(function* () {
      const { page, product, receiver, publish, open, rows, complaints } = yield* signedIn()
      receiver.answers = (response) => response.writeHead(410).end("No more, thanks")
      const { id } = yield* publish("Ada's Mac")
      yield* open()
      const panel = page.getByRole("dialog", { name: "Delivery" })
      yield* act(async () => {
        await rows.first().getByRole("link").click()
        await panel.getByText("HTTP 410").first().waitFor()
        await panel.getByText("Response", { exact: true }).click()
        await panel.getByText("No more, thanks").waitFor()
        await panel.getByText('"productName": "Ada\'s Mac"').waitFor()
        await panel.getByText(`webhook-id: ${id}`).waitFor()
        await panel.getByText(`POST ${receiver.url("/mdm")}`).waitFor()
      })
      receiver.answers = Receiver.status(200)
      // The 410 disabled the integration.
      yield* act(async () => {
        await panel.getByRole("button", { name: "Retry now" }).click()
        await panel.getByText("When the integration is enabled again").waitFor()
      })
      const [integration] = yield* product.integrations.list("acme")
      yield* product.integrations.enable("acme", integration?.id ?? "")
      yield* act(async () => {
        await panel.getByText("HTTP 200").first().waitFor()
        await panel.getByText("Delivered", { exact: true }).waitFor()
      })
      // All deliveries of this event, and no others.
      yield* publish("another")
      yield* act(async () => {
        await panel.getByRole("link", { name: id }).click()
        await page.getByText(`webhook-id ${id}`).waitFor()
        await rows.first().waitFor()
      })
      expect(yield* act(() => rows.count())).toBe(1)
      expect(complaints).toEqual([])
    }),
  )

  it.effect("retries a delivery that waits for its next attempt, and all of an integration", () =>
    Effect.gen(function* () {
      const { page, receiver, integration, publish, open, rows, complaints } = yield* signedIn()
      receiver.answers = Receiver.status(500)
      yield* publish("first")
      yield* publish("second")
      yield* open()
      yield* act(() => rows.filter({ hasText: "Retrying" }).nth(1).waitFor())
      receiver.answers = Receiver.status(200)
      const panel = page.getByRole("dialog", { name: "Delivery" })
      yield* act(async () => {
        await rows.first().getByRole("link").click()
        await panel.getByRole("button", { name: "Retry now" }).click()
        await panel.getByText("HTTP 200").first().waitFor()
        await panel.getByText("Delivered", { exact: true }).waitFor()
        // The request as it was sent.
        await panel.getByText(/webhook-signature: v1,[A-Za-z0-9+/=]{44}/).waitFor()
        await page.goto(
          new URL(`../integrations/${integration.id}`, page.url().replace(/deliveries.*/, "deliveries/x")).href,
        )
        await page.getByRole("button", { name: "Retry all" }).click()
        await page.getByText("1 delivery is sent now").waitFor()
        await page.getByRole("link", { name: "View deliveries" }).click()
        await rows.filter({ hasText: "Delivered" }).nth(1).waitFor()
      })
      expect(complaints).toEqual([])
    }),
  )

  it.effect("marks test events, and links figures to what they count", () =>
    Effect.gen(function* () {
      const { page, product, receiver, integration, publish, open, rows, complaints } = yield* signedIn()
      yield* product.integrations.sendTest("acme", integration.id, "device_enrolled")
      receiver.answers = Receiver.status(500)
      yield* publish("first")
      yield* open()
      yield* act(async () => {
        await rows.filter({ hasText: "Test" }).waitFor()
        await rows.filter({ hasText: "Retrying" }).waitFor()
        await page.getByRole("link", { name: "Pending: 1" }).click()
        await page.getByText("1 delivery", { exact: true }).waitFor()
        expect(await rows.first().innerText()).toContain("Retrying")
        expect(new URL(page.url()).searchParams.get("state")).toBe("pending")
      })
      expect(complaints).toEqual([])
    }),
  )

  it.effect("shows the counts of the bar under the pointer, and its time range after a click", () =>
    Effect.gen(function* () {
      const { page, product, integration, open, complaints } = yield* signedIn({ worker: false })
      const row = { at: Date.now() - 5 * 3_600_000, integration: integration.id, name: "device_enrolled" } as const
      yield* Effect.provideService(
        Rows.insert("acme", [
          { ...row, state: "delivered" },
          { ...row, state: "dead" },
          { ...row, at: Date.now() - 60_000, state: "delivered" },
        ]),
        SqlClient.SqlClient,
        product.sql,
      )
      yield* open()
      yield* act(async () => {
        await page.getByText("2 delivered", { exact: true }).waitFor()
        const box = await page.locator(".chart .u-over").boundingBox()
        if (box === null) throw new Error("no chart")
        // 48 bars of half an hour, and room for one more: the bar of five hours ago.
        const step = 1_800_000
        const until = Math.ceil((Date.now() + 1) / step) * step
        const index = Math.floor((row.at - (until - 86_400_000)) / step)
        const [x, y] = [box.x + ((index + 0.3) / 48) * box.width, box.y + box.height / 2]
        await page.mouse.move(x, y)
        await page.getByText("1 delivered", { exact: true }).waitFor()
        await page.getByText("1 failed", { exact: true }).waitFor()
        await page.mouse.click(x, y)
        await page.getByText("2 deliveries", { exact: true }).waitFor()
      })
      expect(Number(new URL(page.url()).searchParams.get("since"))).toBeLessThanOrEqual(row.at)
      expect(Number(new URL(page.url()).searchParams.get("until"))).toBeGreaterThan(row.at)
      expect(complaints).toEqual([])
    }),
  )

  it.effect("filters by state, integration, event and time, with the filter in the address", () =>
    Effect.gen(function* () {
      const { page, product, integration, open, rows } = yield* signedIn({ worker: false })
      const now = Date.now()
      const { id } = integration
      yield* Effect.provideService(
        Rows.insert("acme", [
          { at: now - 3 * 86_400_000, state: "delivered", integration: id, name: "device_enrolled" },
          { at: now - 60_000, state: "dead", integration: id, name: "device_enrolled" },
          { at: now - 50_000, state: "delivered", integration: id, name: "inventory_item" },
          { at: now - 40_000, state: "delivered", integration: "int_other", name: "device_enrolled" },
        ]),
        SqlClient.SqlClient,
        product.sql,
      )
      yield* open()
      const shows = async (count: number) => {
        await page.getByText(`${count} ${count === 1 ? "delivery" : "deliveries"}`, { exact: true }).waitFor()
        expect(await rows.count()).toBe(count)
      }
      yield* act(async () => {
        await shows(3)
        await page.getByLabel("State", { exact: true }).selectOption("Failed")
        await shows(1)
        await page.getByLabel("State", { exact: true }).selectOption("All states")
        await page.getByLabel("Integration", { exact: true }).selectOption(integration.url)
        await shows(2)
        await page.getByLabel("Event", { exact: true }).selectOption("Inventory item registered")
        await shows(1)
        await page.reload()
        await shows(1)
        expect(new URL(page.url()).searchParams.get("name")).toBe("inventory_item")
        await page.getByRole("button", { name: "Clear" }).click()
        await shows(3)
        await page.getByLabel("Time", { exact: true }).selectOption("Last 7 days")
        await shows(4)
        await page.getByLabel("State", { exact: true }).selectOption("Pending")
        await page.getByRole("heading", { name: "No deliveries match" }).waitFor()
      })
    }),
  )

  it.effect("replays the failed deliveries of a time range", () =>
    Effect.gen(function* () {
      const { page, product, integration, open } = yield* signedIn({ worker: false })
      const row = { at: Date.now() - 600_000, integration: integration.id, name: "device_enrolled" } as const
      yield* Effect.provideService(
        Rows.insert("acme", [
          { ...row, state: "dead" },
          { ...row, state: "dead" },
          { ...row, state: "delivered" },
        ]),
        SqlClient.SqlClient,
        product.sql,
      )
      yield* open()
      const dialog = page.getByRole("dialog", { name: "Replay deliveries" })
      yield* act(async () => {
        await page.getByRole("button", { name: "Replay deliveries" }).click()
        const from = dialog.getByLabel("From")
        const before = await from.inputValue()
        await dialog.getByText("2 deliveries to 1 integration").waitFor()
        await from.fill("2099-01-01T00:00")
        await dialog.getByRole("button", { name: "Replay" }).click()
        await dialog.getByText("The end of the time range is before its start.").waitFor()
        await from.fill(before)
        await dialog.getByRole("button", { name: "Replay" }).click()
        await dialog.getByText("2 deliveries are sent again.").waitFor()
        await dialog.getByRole("button", { name: "Done" }).click()
        await page.getByText("2 pending", { exact: true }).waitFor({ timeout: 15_000 })
      })
    }),
  )

  it.effect(
    "scrolls through ten thousand deliveries, and keeps its position while new ones arrive",
    () =>
      Effect.gen(function* () {
        const { page, product, integration, open, rows, complaints } = yield* signedIn({ worker: false })
        const now = Date.now()
        const make = (from: number, count: number) =>
          Effect.provideService(
            Rows.insert(
              "acme",
              Array.from({ length: count }, (_, index) => ({
                at: now - 3_600_000 + (from + index) * 100,
                state: "delivered" as const,
                integration: integration.id,
                name: "device_enrolled" as const,
              })),
            ),
            SqlClient.SqlClient,
            product.sql,
          )
        yield* make(0, 10_000)
        yield* open()
        yield* act(() => rows.first().waitFor())
        // The browser counts long frames from here on.
        yield* act(() =>
          page.evaluate(`
          window.longFrames = []
          new PerformanceObserver((list) => window.longFrames.push(...list.getEntries().map(({ duration }) => duration)))
            .observe({ type: "longtask" })`),
        )
        let mostElements = 0
        let mostRows = 0
        yield* act(async () => {
          const end = page.getByText("10,000 deliveries")
          for (let steps = 0; steps < 1000 && !(await end.isVisible()); steps += 1) {
            await page.mouse.wheel(0, 6000)
            await page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
            mostElements = Math.max(mostElements, Number(await page.evaluate("document.querySelectorAll('*').length")))
            mostRows = Math.max(mostRows, await rows.count())
          }
          await end.waitFor()
        })
        const longFrames = yield* act(() => page.evaluate("window.longFrames"))
        expect(mostRows).toBeLessThan(60)
        expect(mostElements).toBeLessThan(1500)
        // A few frames may be late on a busy machine, but not many and not much.
        expect(Array.isArray(longFrames) && longFrames.length).toBeLessThan(60)
        expect(Math.max(0, ...(Array.isArray(longFrames) ? longFrames.map(Number) : []))).toBeLessThan(1000)

        const visible = rows.nth(12).getByRole("link")
        const place = async () => ({ href: await visible.getAttribute("href"), at: (await visible.boundingBox())?.y })
        yield* act(async () => {
          await page.mouse.wheel(0, -5000)
          await page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
        })
        const before = yield* act(place)
        const posinset = () => rows.nth(12).getAttribute("aria-posinset").then(Number)
        const position = yield* act(posinset)
        yield* make(10_000, 7)
        yield* act(async () => {
          while ((await posinset()) === position) await page.waitForTimeout(50)
        })
        expect(yield* act(place)).toEqual(before)
        expect(yield* act(posinset)).toBe(position + 7)
        expect(complaints).toEqual([])
      }),
    60_000,
  )
})
