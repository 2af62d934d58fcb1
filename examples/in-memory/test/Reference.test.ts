/**
 * The pages to browse the APIs, in a browser: they load nothing from other origins.
 */
import { expect, layer } from "@effect/vitest"
import { act, sitDown, Window } from "@espalier/testing/Person"
import { Effect } from "effect"
import { Backend, running } from "./Running.ts"

const pages = [
  ["/webhook/reference", "Espalier management webhooks"],
  ["/api/notifications/reference", "Espalier notifications"],
  ["/api/devices/reference", "Devices"],
] as const

layer(Window.layer, { timeout: "90 seconds", excludeTestServices: true })("a page to browse an API", (it) => {
  it.effect.each(pages)("sends no request to another origin (%s)", ([path, title]) =>
    Effect.gen(function* () {
      const { url } = yield* Backend
      const { page, complaints } = yield* sitDown()
      const requested: Array<string> = []
      page.on("request", (request) => requested.push(request.url()))
      yield* act(async () => {
        await page.goto(`${url}${path}`)
        await page.getByRole("heading", { name: title, exact: true }).first().waitFor()
        await page.waitForLoadState("networkidle")
      })
      expect(requested.filter((one) => !one.startsWith(url) && !/^(data|blob):/.test(one))).toEqual([])
      expect(complaints).toEqual([])
    }).pipe(Effect.provide(running)),
  )
})
