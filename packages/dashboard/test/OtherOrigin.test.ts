/**
 * The page on one origin, its API on another of the same site: a vendor's dashboard.example.com and api.example.com.
 */
import { createServer } from "node:http"
import { NodeHttpServer } from "@effect/platform-node"
import { expect, layer } from "@effect/vitest"
import { act, sitDown, Window } from "@espalier/testing/Person"
import { Context, Effect, Layer } from "effect"
import { HttpRouter, HttpServer } from "effect/http"
import { Dashboard } from "../src/index.ts"
import * as Product from "./support/Product.ts"

const listener = NodeHttpServer.layer(createServer, {
  port: 0,
  host: "127.0.0.1",
  gracefulShutdownTimeout: "100 millis",
})

const addressOf = (context: Context.Context<HttpServer.HttpServer>): string =>
  HttpServer.formatAddress(Context.get(context, HttpServer.HttpServer).address)

/** A free port. */
const port = Effect.scoped(Effect.map(Layer.build(listener), (context) => Number(new URL(addressOf(context)).port)))

/** The page alone. */
const page = (apiOrigin: `http://${string}`) =>
  HttpRouter.serve(Dashboard.layer({ apiOrigin }), { disableLogger: true, disableListenLog: true }).pipe(
    Layer.provideMerge(listener),
    Layer.build,
    Effect.map(addressOf),
  )

layer(Window.layer, { timeout: "90 seconds", excludeTestServices: true })("an API of another origin", (it) => {
  it.effect("accepts the configured page origin and no other", () =>
    Effect.gen(function* () {
      const free = yield* port
      const api = `http://127.0.0.1:${free}` as const
      const known = yield* page(api)
      const other = yield* page(api)
      const product = yield* Product.start({ port: free, pageOrigins: [known] })

      const person = yield* sitDown()
      yield* act(async () => {
        await person.page.goto(`${known}/dashboard#key=${product.key}`)
        await person.page.getByRole("link", { name: "Create integration" }).click()
        await person.page.getByRole("textbox", { name: "URL" }).fill(`${api}/hook`)
        await person.page.getByRole("checkbox", { name: "Device enrolled" }).check()
        await person.page.getByRole("button", { name: "Save" }).click()
        await person.page.getByText("whsec_").first().waitFor()
      })
      expect((yield* product.integrations.list(Product.workspace)).map(({ url }) => url)).toEqual([`${api}/hook`])
      expect(person.complaints).toEqual([])

      // The browser would send the cookie: the site is the same.
      yield* act(async () => {
        await person.page.goto(`${other}/dashboard`)
        await person.page.getByText("Connection lost").first().waitFor()
      })
      expect(person.complaints.join()).toContain("CORS")
    }),
  )
})
