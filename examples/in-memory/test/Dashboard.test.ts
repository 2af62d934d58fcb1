/**
 * The Devices pages in a browser: `npm start` with its three simulated devices, and a person who queues commands, adds declarations and watches
 * live exchanges.
 */
import { type ChildProcess, spawn } from "node:child_process"
import { fileURLToPath } from "node:url"
import { AxeBuilder } from "@axe-core/playwright"
import { layer } from "@effect/vitest"
import { act, sitDown, Window } from "@espalier/testing/Person"
import { Context, Effect, Layer } from "effect"
import type { Page } from "playwright-core"
import { expect } from "vitest"

const main = fileURLToPath(new URL("../src/main.ts", import.meta.url))
const key = "ek_the-key-of-the-dashboard-tests"

/** The sample product in a process of its own, on these ports; 0 takes a free one. */
const run = (backendPort: number, serverPort: number) =>
  new Promise<{ readonly child: ChildProcess; readonly origin: string; readonly serverPort: number }>(
    (resolve, reject) => {
      const child = spawn(process.execPath, ["--conditions=@espalier/source", main], {
        env: {
          PATH: process.env["PATH"],
          ESPALIER_BACKEND_PORT: String(backendPort),
          ESPALIER_SERVER_PORT: String(serverPort),
          ESPALIER_SAMPLE_KEY: key,
        },
      })
      let output = ""
      const read = (chunk: Buffer) => {
        output += chunk
        const backend = /http:\/\/[^:/]+:(\d+)\/dashboard/.exec(output)?.[1]
        const server = /http:\/\/[^:/]+:(\d+)\/mdm/.exec(output)?.[1]
        if (backend === undefined || server === undefined) return
        resolve({ child, origin: `http://127.0.0.1:${backend}`, serverPort: Number(server) })
      }
      child.stdout.on("data", read)
      child.stderr.on("data", read)
      child.once("exit", () => reject(new Error(output)))
    },
  )

const ended = (child: ChildProcess) =>
  new Promise<void>((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve()
    child.once("exit", () => resolve())
    child.kill("SIGTERM")
  })

class Sample extends Context.Service<Sample, { readonly origin: string; readonly restart: Effect.Effect<void> }>()(
  "espalier/example-in-memory/test/Sample",
) {
  static readonly layer = Layer.effect(
    Sample,
    Effect.gen(function* () {
      let running = yield* Effect.promise(() => run(0, 0))
      yield* Effect.addFinalizer(() => Effect.promise(() => ended(running.child)))
      const { origin, serverPort } = running
      return {
        origin,
        restart: Effect.promise(async () => {
          await ended(running.child)
          running = await run(Number(new URL(origin).port), serverPort)
        }),
      }
    }),
  ).pipe(Layer.provideMerge(Window.layer))
}

const mac = "Ada's MacBook Pro"

/** Opens a tab of the Mac's page. */
const openMac = Effect.fnUntraced(function* (tab: "Overview" | "Commands" | "Declarations" | "Live traffic") {
  const { origin } = yield* Sample
  const { page, complaints } = yield* sitDown()
  yield* act(async () => {
    await page.goto(`${origin}/dashboard/w/example/devices#key=${key}`)
    await page.getByRole("link", { name: mac }).click()
    await page.getByRole("navigation", { name: "Device" }).getByRole("link", { name: tab }).click()
    await page.getByRole("heading", { name: mac }).waitFor()
  })
  return { page, complaints }
})

/** The newest command that contains this. The demo queues commands too. */
const newest = (page: Page, hasText: string | RegExp) => page.locator(".command").filter({ hasText }).first()

const queued = (page: Page, hasText: string | RegExp, state = "Acknowledged") =>
  newest(page, hasText).filter({ hasText: state }).waitFor({ timeout: 30_000 })

const looks = [
  { viewport: { width: 1280, height: 900 }, colorScheme: "light" },
  { viewport: { width: 1280, height: 900 }, colorScheme: "dark" },
  { viewport: { width: 375, height: 740 }, colorScheme: "dark" },
  { viewport: { width: 375, height: 740 }, colorScheme: "light" },
] as const

const onlyOsVersion = /"Queries": \[\s*"OSVersion"\s*\]/

layer(Sample.layer, { timeout: "120 seconds", excludeTestServices: true })("the Devices pages", (it) => {
  it.effect("list the devices, and show their information", () =>
    Effect.gen(function* () {
      const { origin } = yield* Sample
      const { page, complaints } = yield* sitDown()
      yield* act(async () => {
        await page.goto(`${origin}/dashboard/w/example/devices#key=${key}`)
        const row = page.getByRole("row").filter({ hasText: mac })
        await row.getByText("Enrolled").waitFor()
        await row.getByText("ada, grace").waitFor()
        // The other devices may still be enrolling.
        await page.getByRole("row").nth(3).waitFor()
        expect(await page.getByRole("row").count()).toBe(4)
        await row.getByRole("link").click()
        await page.getByText("Device enrollment").waitFor()
        await page.getByRole("heading", { name: "Device information" }).waitFor()
        expect(await page.title()).toBe(`${mac} · example · Espalier`)
      })
      expect(complaints).toEqual([])
    }),
  )

  it.effect(
    "queue commands and show their results",
    () =>
      Effect.gen(function* () {
        const { page, complaints } = yield* openMac("Commands")
        const command = page.getByLabel("Command", { exact: true })
        const submit = () => page.getByRole("button", { name: /^Queue / }).click()
        yield* act(async () => {
          await page.getByRole("checkbox", { name: "OSVersion" }).check()
          await submit()
          await queued(page, onlyOsVersion)
          await newest(page, onlyOsVersion).locator("summary").click()
          await newest(page, onlyOsVersion).getByText('"QueryResponses"').waitFor()

          await command.selectOption("InstallProfile")
          await submit()
          await page.getByText("Choose a file.").waitFor()
          const profile = {
            name: "wifi.mobileconfig",
            mimeType: "application/x-apple-aspen-config",
            buffer: Buffer.from(wifi),
          }
          await page.locator("input[type=file]").setInputFiles(profile)
          await page.getByText("wifi.mobileconfig").waitFor()
          await submit()
          await queued(page, "InstallProfile")

          await command.selectOption("RemoveProfile")
          await submit()
          await page.getByText("This field is required.").waitFor()
          await page.getByLabel("Identifier").fill("com.example.wifi")
          await submit()
          await queued(page, "RemoveProfile")

          await command.selectOption("ProfileList")
          await page.getByLabel("For", { exact: true }).selectOption("ada")
          await submit()
          await queued(page, "ProfileList")
          await newest(page, "ProfileList").getByText("for ada").waitFor()
          await page.getByLabel("For", { exact: true }).selectOption("The device")

          await command.selectOption("Other (JSON)")
          await submit()
          await page.getByText("Enter a RequestType.").waitFor()
          await page.getByLabel("RequestType").fill("NoSuchCommand")
          await page.getByLabel("Payload").fill("{ not json")
          await submit()
          await page.getByText("Enter a JSON object").waitFor()
          await page.getByLabel("Payload").fill('{"Why": "To see it refused"}')
          await submit()
          await queued(page, "NoSuchCommand", "Error")
          await newest(page, "NoSuchCommand").locator("summary").click()
          await newest(page, "NoSuchCommand").locator(".command-error").waitFor()

          // Last: a locked device defers profiles until the demo unlocks it.
          await command.selectOption("DeviceLock")
          await page.getByLabel("PIN").fill("12")
          await submit()
          await page.getByRole("button", { name: "Queue it now" }).click()
          await page.getByText("Enter six digits.").waitFor()
          await page.getByLabel("PIN").fill("123456")
          await page.getByLabel("Message").fill("Please bring it back")
          await submit()
          // Locking asks first.
          await page.getByRole("alertdialog", { name: "Lock this device now?" }).getByText("Cancel").click()
          expect(await page.locator(".command").filter({ hasText: "DeviceLock" }).count()).toBe(0)
          await submit()
          await page.getByRole("button", { name: "Queue it now" }).click()
          await queued(page, "DeviceLock")
        })
        expect(complaints).toEqual([])
      }),
    60_000,
  )

  it.effect("erase a device only after its name was typed", () =>
    Effect.gen(function* () {
      const { origin } = yield* Sample
      const { page } = yield* sitDown()
      yield* act(async () => {
        await page.goto(`${origin}/dashboard/w/example/devices#key=${key}`)
        await page.getByRole("link", { name: "Ada's iPhone" }).click()
        await page.getByRole("link", { name: "Commands" }).click()
        await page.getByLabel("Command", { exact: true }).selectOption("EraseDevice")
        await page.getByRole("button", { name: "Queue EraseDevice" }).click()
        await page.getByText("Type Ada's iPhone to confirm.").waitFor()
        expect(await page.locator(".command").filter({ hasText: "EraseDevice" }).count()).toBe(0)
        await page.getByLabel("Type Ada's iPhone to confirm").fill("Ada's iPhone")
        await page.getByRole("button", { name: "Queue EraseDevice" }).click()
        await page.locator(".command").filter({ hasText: "EraseDevice" }).waitFor()
      })
    }),
  )

  it.effect("add a declaration, show its status, and delete it", () =>
    Effect.gen(function* () {
      const { page, complaints } = yield* openMac("Declarations")
      const entry = page.locator(".command").filter({ hasText: "com.example.tests" })
      yield* act(async () => {
        await page.getByRole("button", { name: "Add declaration" }).click()
        await page.getByRole("button", { name: "Save declaration" }).click()
        await page.getByText("Enter an identifier").waitFor()
        await page.getByText("Enter a type such as").waitFor()
        await page.getByLabel("Identifier").fill("com.example.tests")
        await page.getByRole("combobox", { name: "Type" }).fill("com.apple.management.organization-info")
        await page.keyboard.press("Escape")
        await page.getByLabel("Payload").fill("[]")
        await page.getByRole("button", { name: "Save declaration" }).click()
        await page.getByText("Enter a JSON object").waitFor()
        await page.getByLabel("Payload").fill('{"Name": "Example"}')
        await page.getByRole("button", { name: "Save declaration" }).click()
        await entry.filter({ hasText: "Active" }).waitFor()
        await entry.locator("summary").click()
        await entry.getByText('"Name": "Example"').waitFor()
        await entry.getByRole("button", { name: "Delete", exact: true }).click()
        await entry.getByRole("button", { name: "Delete declaration" }).click()
        await entry.waitFor({ state: "detached" })
      })
      expect(complaints).toEqual([])
    }),
  )

  it.effect(
    "show live exchanges step by step",
    () =>
      Effect.gen(function* () {
        const { page, complaints } = yield* openMac("Live traffic")
        const traffic = page.getByRole("region", { name: "Live traffic" })
        yield* act(async () => {
          await page.getByRole("status").getByText("Live", { exact: true }).waitFor()
          await traffic.getByText("Authenticate").waitFor()
          const times = await page.evaluate(
            "[...document.querySelectorAll('.exchange-row time')].map((one) => one.dateTime)",
          )
          expect(times).toEqual([...(Array.isArray(times) ? times : [])].sort())

          // A command from another window appears with its result, as one row.
          const other = await page.context().newPage()
          await other.goto(page.url().replace(/live$/, "commands"))
          await other.getByLabel("Command", { exact: true }).selectOption("CertificateList")
          await other.getByRole("button", { name: "Queue CertificateList" }).click()
          await queued(other, "CertificateList")
          await traffic
            .getByRole("link")
            .filter({ hasText: "CertificateList → Acknowledged CertificateList" })
            .waitFor()

          // The details are beside the list, and have an address of their own.
          await traffic
            .getByRole("link", { name: /Authenticate/ })
            .first()
            .click()
          const detail = page.getByRole("region", { name: "Exchange" })
          const shown = async () => {
            await detail.getByText(/^Request from the device: /).waitFor()
            await detail.getByText(/^Webhook event: HTTP 204/).waitFor()
            await detail.getByText("Response to the device: HTTP 200").waitFor()
            await detail.getByText("<string>Authenticate</string>").first().waitFor()
            await detail.getByText('"MessageType": "Authenticate"').first().waitFor()
          }
          await shown()
          // Opening an exchange stops following the newest.
          expect(await page.getByRole("switch", { name: "Follow newest" }).isChecked()).toBe(false)
          await page.reload()
          await shown()
        })
        expect(complaints).toEqual([])
      }),
    60_000,
  )

  it.effect("show what happened in each connection, with errors in red, and filter it", () =>
    Effect.gen(function* () {
      const { page, complaints } = yield* openMac("Commands")
      yield* act(async () => {
        await page.getByLabel("Command", { exact: true }).selectOption("Other (JSON)")
        await page.getByLabel("RequestType").fill("Teleport")
        await page.getByRole("button", { name: "Queue command" }).click()
        await queued(page, "Teleport", "Error")
        await page.goto(new URL("../-/traffic", page.url()).href)
        const traffic = page.getByRole("region", { name: "Live traffic" })
        const rows = traffic.getByRole("listitem")
        const failed = rows.filter({ hasText: "Teleport" })
        await failed.getByText(/^CommandFormatError Teleport: 12021 /).waitFor()
        const red = await page.evaluate(
          "getComputedStyle([...document.querySelectorAll('[data-failed=true]')].find((one) => one.textContent.startsWith('CommandFormatError'))).color",
        )
        expect(red).toBe("rgb(201, 42, 42)")
        const all = await rows.count()
        await page.getByLabel("Hide idle").check()
        expect(await rows.count()).toBeLessThan(all)
        await page.getByLabel("Errors only").check()
        await page.getByLabel("Device", { exact: true }).selectOption(mac)
        await page.getByLabel("Message or command").fill("teleport")
        expect(await rows.count()).toBe(1)
        const search = Object.fromEntries(new URL(page.url()).searchParams)
        expect(search).toMatchObject({ errors: "only", idle: "hide", message: "teleport" })
        await failed.getByRole("link").click()
        await page.getByRole("region", { name: "Exchange" }).getByRole("button", { name: "Copy as cURL" }).click()
        await page.getByText("Copied").first().waitFor()
        await page.getByLabel("Message or command").fill("nothing like this")
        await page.getByText("No traffic matches the filters.").waitFor()
      })
      expect(complaints).toEqual([])
    }),
  )

  it.effect("search and sort devices, and keep both in the address", () =>
    Effect.gen(function* () {
      const { origin } = yield* Sample
      const { page, complaints } = yield* sitDown()
      const names = () => page.locator(".device-list-name").allInnerTexts()
      yield* act(async () => {
        await page.goto(`${origin}/dashboard/w/example/devices#key=${key}`)
        await page.getByText("3 devices").waitFor({ timeout: 20_000 })
        expect(await names()).toEqual(["Ada's iPhone", mac, "Classroom iPad"])
        await page.getByRole("button", { name: "Name" }).click()
        await page.getByRole("columnheader", { name: "Name" }).and(page.locator("[aria-sort=descending]")).waitFor()
        await page.locator(".device-list-name").first().getByText("Classroom iPad").waitFor()
        await page.getByLabel("Search devices").fill("ADA'S")
        await page.getByText("2 devices").waitFor()
        expect(await names()).toEqual([mac, "Ada's iPhone"])
        await page.reload()
        await page.getByText("2 devices").waitFor()
        await page.getByLabel("Search devices").fill("nothing")
        await page.getByRole("heading", { name: "No devices match" }).waitFor()
      })
      expect(complaints).toEqual([])
    }),
  )

  it.effect("create an enrollment link with a QR code of it", () =>
    Effect.gen(function* () {
      const { origin } = yield* Sample
      const { page, complaints } = yield* sitDown()
      const link = yield* act(async () => {
        await page.goto(`${origin}/dashboard/w/example/devices#key=${key}`)
        await page.getByRole("button", { name: "Enroll" }).click()
        const dialog = page.getByRole("dialog", { name: "Enroll a device" })
        const link = await dialog.getByRole("figure", { name: "Enrollment link" }).innerText()
        await dialog.getByRole("img", { name: "QR code of the enrollment link" }).waitFor()
        return link
      })
      expect((yield* act(() => fetch(link.replace("localhost", "127.0.0.1")))).status).toBe(200)
      expect(complaints).toEqual([])
    }),
  )

  it.effect(
    "is accessible in light and dark, wide and narrow",
    () =>
      Effect.gen(function* () {
        const { origin } = yield* Sample
        // Axe is a script in the page, which the policy would block.
        const { page } = yield* sitDown({ bypassCSP: true, reducedMotion: "reduce" })
        const isAccessible = async (name: string) => {
          for (const { viewport, colorScheme } of looks) {
            await page.setViewportSize(viewport)
            await page.emulateMedia({ colorScheme })
            await page.locator(`html[data-mantine-color-scheme=${colorScheme}]`).waitFor()
            const found = await new AxeBuilder({ page }).analyze()
            const at = [name, colorScheme, viewport.width]
            expect([
              ...at,
              ...found.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`),
            ]).toEqual(at)
            expect([...at, await page.evaluate("document.documentElement.scrollWidth")]).toEqual([
              ...at,
              viewport.width,
            ])
          }
        }
        yield* act(async () => {
          await page.goto(`${origin}/dashboard/w/example/devices#key=${key}`)
          await page.getByRole("link", { name: mac }).waitFor()
          await isAccessible("Devices")
          await page.getByRole("link", { name: mac }).click()
          for (const tab of ["Overview", "Commands", "Declarations", "Live traffic"]) {
            await page.getByRole("navigation", { name: "Device" }).getByRole("link", { name: tab }).click()
            if (tab === "Live traffic") await page.locator(".exchange-row").first().click()
            else if (tab !== "Overview") await page.locator(".command summary").first().click()
            await isAccessible(tab)
          }
          await page.goto(`${origin}/dashboard/w/example/devices/-/traffic`)
          await page.getByText("Authenticate").first().waitFor()
          await isAccessible("Live traffic")
          await page.locator(".exchange-row").first().click()
          await isAccessible("Exchange")
          await page.goto(`${origin}/dashboard/w/example/devices`)
          await page.getByRole("button", { name: "Enroll" }).click()
          await page.getByRole("figure", { name: "Enrollment link" }).waitFor()
          await isAccessible("Enroll")
        })
      }),
    120_000,
  )

  it.effect("show the device of each exchange", () =>
    Effect.gen(function* () {
      const { origin } = yield* Sample
      const { page, complaints } = yield* sitDown()
      yield* act(async () => {
        await page.goto(`${origin}/dashboard/w/example/devices/-/traffic#key=${key}`)
        for (const name of [mac, "Classroom iPad"]) {
          const row = page.locator(".exchange-row").filter({ hasText: name }).filter({ hasText: "TokenUpdate" }).first()
          await row.click()
          const line = page.getByRole("region", { name: "Exchange" })
          const udid = await line
            .locator("dd")
            .filter({ hasText: /^[0-9A-F-]{20,}$/ })
            .innerText()
          await row.getByText(`…${udid.slice(-6)}`).waitFor()
          // A property list and its JSON are side by side.
          const [xml, json] = await Promise.all(
            ["property list", "JSON"].map((form) =>
              line.getByRole("figure", { name: `Request from the device, ${form}` }).boundingBox(),
            ),
          )
          expect(json?.x).toBeGreaterThan(xml?.x ?? 0)
          expect(json?.y).toBe(xml?.y)
        }
      })
      expect(complaints).toEqual([])
    }),
  )

  // The last test: the restart deletes all devices.
  it.effect(
    "reconnect to the exchange stream after a restart of the server",
    () =>
      Effect.gen(function* () {
        const { restart, origin } = yield* Sample
        const { page } = yield* sitDown()
        yield* act(async () => {
          await page.goto(`${origin}/dashboard/w/example/devices/-/traffic#key=${key}`)
          await page.getByRole("status").getByText("Live", { exact: true }).waitFor()
        })
        const restarted = restart
        yield* Effect.all(
          [restarted, act(() => page.getByRole("status").getByText("Reconnecting…").waitFor({ timeout: 20_000 }))],
          { concurrency: "unbounded" },
        )
        const known = yield* act(() => page.locator(".exchange-row").count())
        yield* act(async () => {
          await page.getByRole("status").getByText("Live", { exact: true }).waitFor({ timeout: 20_000 })
          await page.locator(".exchange-row").nth(known).waitFor({ timeout: 20_000 })
        })
      }),
    60_000,
  )
})

const wifi = `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0"><dict>
  <key>PayloadType</key><string>Configuration</string>
  <key>PayloadVersion</key><integer>1</integer>
  <key>PayloadIdentifier</key><string>com.example.wifi</string>
  <key>PayloadUUID</key><string>0C1E6E0A-5B1C-4C7E-9C39-0A5B5C1D2E3F</string>
  <key>PayloadContent</key><array/>
</dict></plist>`
