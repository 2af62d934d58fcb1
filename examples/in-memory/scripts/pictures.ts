/**
 * Makes the README's pictures: screenshots of the sample product's pages in a real Chromium.
 *
 * Run it with `npm run pictures`. It writes to `docs/pictures`.
 */
import { spawn } from "node:child_process"
import { mkdirSync } from "node:fs"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { start } from "@espalier/testing/Browser"
import { folder, noteMade } from "@espalier/testing/Pictures"
import { Effect, Schema } from "effect"
import type { Page } from "playwright-core"

/** The sample product in a process of its own, with the link that it prints. */
const product = Effect.acquireRelease(
  Effect.promise(async () => {
    const main = join(import.meta.dirname, "../src/main.ts")
    const child = spawn(process.execPath, ["--conditions=@espalier/source", main], {
      env: { ...process.env, ESPALIER_BACKEND_PORT: "0", ESPALIER_SERVER_PORT: "0" },
      stdio: ["ignore", "pipe", "inherit"],
    })
    for await (const line of createInterface(child.stdout)) {
      const link = /^\s*dashboard\s+(\S+)$/.exec(line)?.[1]
      if (link !== undefined) return { child, link: new URL(link) }
    }
    throw new Error("The sample product printed no link")
  }),
  ({ child }) =>
    Effect.promise(
      () =>
        new Promise<void>((resolve) => {
          child.once("exit", () => resolve())
          child.kill("SIGINT")
        }),
    ),
)

const devices = Schema.decodeUnknownSync(
  Schema.Struct({
    devices: Schema.Array(
      Schema.Struct({ udid: Schema.String, about: Schema.Struct({ model: Schema.optionalKey(Schema.String) }) }),
    ),
  }),
)

const program = Effect.gen(function* () {
  const { link } = yield* product
  // The browser cannot resolve names.
  link.hostname = "127.0.0.1"
  const key = new URLSearchParams(link.hash.slice(1)).get("key") ?? ""
  const browser = yield* start
  mkdirSync(folder, { recursive: true })

  const at = (path: string) => new URL(`${link.pathname}/w/example${path}`, link).href
  const call = async (path: string, body?: object): Promise<unknown> => {
    const response = await fetch(new URL(`/api/workspaces/example${path}`, link), {
      method: body === undefined ? "GET" : "POST",
      headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    return response.json()
  }
  const shoot = async (page: Page, name: string) => {
    await page.waitForLoadState("load")
    await page.screenshot({ path: join(folder, `${name}.png`), animations: "disabled" })
  }

  yield* Effect.promise(async () => {
    // Waits until all devices are enrolled.
    const until = Date.now() + 25_000
    while (Date.now() < until) {
      const found = devices(await call("/devices")).devices
      if (found.length >= 3) {
        for (const { udid } of found) await call(`/devices/${udid}/commands`, { requestType: "SecurityInfo" })
        break
      }
      await new Promise((resolve) => setTimeout(resolve, 500))
    }
    await call("/integrations", {
      url: "https://hooks.example.com/itsm",
      events: ["device_enrolled", "inventory_item"],
    })
    await new Promise((resolve) => setTimeout(resolve, 20_000))
    const mac = devices(await call("/devices")).devices.find(({ about }) => about.model?.startsWith("Mac"))

    for (const colorScheme of ["light", "dark"] as const) {
      const page = await browser.newPage({ viewport: { width: 1200, height: 760 }, colorScheme, locale: "en-GB" })
      const suffix = colorScheme === "dark" ? "-dark" : ""
      await page.goto(link.href)
      await page.getByRole("link", { name: "Integrations" }).first().waitFor()
      await page.goto(at("/integrations"))
      await page.getByText("hooks.example.com").first().waitFor()
      await shoot(page, `integrations${suffix}`)
      await page.goto(at("/deliveries"))
      await page.getByText("delivered", { exact: false }).first().waitFor()
      await page.waitForTimeout(1500)
      await shoot(page, `deliveries${suffix}`)
      await page.goto(at(`/devices/${mac?.udid}`))
      await page.getByRole("heading").first().waitFor()
      await page.waitForTimeout(1500)
      await shoot(page, `device${suffix}`)
      await page.goto(at("/devices/-/traffic"))
      await page.locator(".exchange-row").filter({ hasText: "Acknowledged SecurityInfo" }).last().click()
      await page.waitForTimeout(2500)
      await shoot(page, `traffic${suffix}`)
      await page.close()
    }
  })
  noteMade()
})

await Effect.runPromise(Effect.scoped(program))
