/**
 * The size of the first load: scripts and styles of a page are less than 300 KiB, compressed.
 */
import { expect, layer } from "@effect/vitest"
import { act, sitDown, Window } from "@espalier/testing/Person"
import { Effect } from "effect"
import * as Product from "./support/Product.ts"

const loaded = `performance.getEntriesByType("resource")
  .filter(({ name }) => /\\.(js|css)$/.test(name))
  .reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0)`

layer(Window.layer, { timeout: "90 seconds", excludeTestServices: true })("the first load", (it) => {
  it.effect.each([
    ["", "No integrations yet"],
    ["/w/acme/deliveries", "No deliveries in this time range"],
  ])("is small (%j)", ([path = "", seen = ""]) =>
    Effect.gen(function* () {
      const product = yield* Product.start()
      const { page } = yield* sitDown()
      yield* act(async () => {
        await page.goto(product.url(`${path}#key=${product.key}`))
        await page.getByText(seen).waitFor()
      })
      const bytes = Number(yield* act(() => page.evaluate(loaded)))
      expect(bytes).toBeGreaterThan(100 * 1024)
      expect(bytes).toBeLessThan(300 * 1024)
    }),
  )
})
