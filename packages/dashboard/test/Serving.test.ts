/**
 * The page over HTTP: caching, content security policy, and no other files.
 */
import { mkdtemp, rm } from "node:fs/promises"
import { request } from "node:http"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { describe, expect, it } from "@effect/vitest"
import { built } from "@espalier/testing/DashboardPage"
import { Effect } from "effect"
import * as BuiltPage from "../src/BuiltPage.ts"
import type { Dashboard } from "../src/index.ts"
import * as Product from "./support/Product.ts"

const started = (dashboard: Dashboard.DashboardOptions = {}) =>
  Effect.andThen(built, Product.start({ worker: false, dashboard }))

const get = (url: string, headers: Record<string, string> = {}) =>
  Effect.promise(async () => {
    const response = await fetch(url, { headers })
    return { status: response.status, headers: response.headers, text: await response.text() }
  })

/** Sends the path unchanged: `fetch` would normalize it. */
const getRaw = (origin: string, path: string) =>
  Effect.promise(
    () =>
      new Promise<{ readonly status: number | undefined; readonly text: string }>((resolve, reject) => {
        request(origin, { path }, (response) => {
          let text = ""
          response.setEncoding("utf8").on("data", (chunk: string) => {
            text += chunk
          })
          response.on("end", () => resolve({ status: response.statusCode, text }))
        })
          .on("error", reject)
          .end()
      }),
  )

const scriptOf = (html: string) => /src="([^"]+\.js)"/.exec(html)?.[1] ?? ""

describe("the page over HTTP", () => {
  it.live("is the same at every address below its path, and is not cached", () =>
    Effect.gen(function* () {
      const product = yield* started()
      const page = yield* get(product.url())
      expect(page.status).toBe(200)
      expect(page.headers.get("content-type")).toBe("text/html; charset=utf-8")
      expect(page.headers.get("cache-control")).toBe("no-store")
      for (const path of ["/", "/w/acme/integrations", "/w/a.b/devices", "/index.html"]) {
        expect((yield* get(product.url(path))).text).toBe(page.text)
      }
      expect((yield* get(`${product.origin}/dashboards`)).status).toBe(404)
    }),
  )

  it.live("has a content security policy for its own origin only", () =>
    Effect.gen(function* () {
      const product = yield* started()
      const page = yield* get(product.url())
      const script = yield* get(product.origin + scriptOf(page.text))
      for (const { headers } of [page, script]) {
        expect(headers.get("content-security-policy")).toBe(
          "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; font-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'",
        )
        expect(headers.get("x-content-type-options")).toBe("nosniff")
        expect(headers.get("referrer-policy")).toBe("no-referrer")
      }
      // The only script element without a source is JSON, which browsers do not run.
      expect(page.text.match(/<script(?![^>]*src=)[^>]*>/g)).toEqual([
        '<script type="application/json" id="configuration">',
      ])
      expect(page.text).not.toMatch(/<style|style=|onload=/)
    }),
  )

  it.live("has assets that are cached permanently, compressed for clients that accept it", () =>
    Effect.gen(function* () {
      const product = yield* started()
      const url = product.origin + scriptOf((yield* get(product.url())).text)
      const packed = yield* get(url, { "accept-encoding": "gzip" })
      const plain = yield* get(url, { "accept-encoding": "identity" })
      expect(packed.headers.get("content-type")).toBe("text/javascript; charset=utf-8")
      expect(packed.headers.get("cache-control")).toBe("public, max-age=31536000, immutable")
      expect([packed.headers.get("content-encoding"), plain.headers.get("content-encoding")]).toEqual(["gzip", null])
      expect(packed.headers.get("vary")).toBe("accept-encoding")
      expect(packed.text).toBe(plain.text)
      // A page from before an update requests a deleted asset: the response is not the page.
      expect((yield* get(product.url("/assets/index-00000000.js"))).status).toBe(404)
    }),
  )

  it.live.each([
    "/dashboard/../../package.json",
    "/dashboard/assets/../../../package.json",
    "/dashboard/assets/..%2f..%2f..%2fpackage.json",
    "/dashboard/%2e%2e/%2e%2e/package.json",
    "/dashboard/..\\..\\package.json",
    "/dashboard//etc/passwd",
    "/dashboard/assets/%00",
  ])("serves no files outside of its folder (%s)", (path) =>
    Effect.gen(function* () {
      const product = yield* started()
      const { text } = yield* getRaw(product.origin, path)
      expect(text).not.toContain("@espalier/dashboard")
      expect(text).not.toContain("root:")
    }),
  )

  it.live("contains its configuration, escaped", () =>
    Effect.gen(function* () {
      const workspaces = ["</script><script>alert(1)</script>", "Söhne & Töchter", "$&"]
      const product = yield* started({ path: "/tools/mdm", devices: true, workspaces })
      const { text } = yield* get(`${product.origin}/tools/mdm/`)
      const json = /id="configuration">([^<]*)</.exec(text)?.[1] ?? ""
      expect(JSON.parse(json)).toEqual({
        apiOrigin: "",
        path: "/tools/mdm",
        devices: true,
        enrollment: false,
        workspaces,
        branding: { name: "Espalier" },
      })
      expect(scriptOf(text)).toMatch(/^\/tools\/mdm\/assets\//)
      expect((yield* get(product.origin + scriptOf(text))).status).toBe(200)
      expect((yield* get(product.url())).status).toBe(404)
    }),
  )

  it.live("can be served at the root of a host, beside the API", () =>
    Effect.gen(function* () {
      const product = yield* started({ path: "" })
      const { text } = yield* get(`${product.origin}/w/acme/integrations`)
      expect((yield* get(product.origin + scriptOf(text))).status).toBe(200)
      expect((yield* get(`${product.origin}/api/session`)).status).toBe(401)
    }),
  )

  it.live("names the command that builds it when it is not built", () =>
    Effect.gen(function* () {
      const empty = yield* Effect.acquireRelease(
        Effect.promise(() => mkdtemp(join(tmpdir(), "espalier-dashboard-"))),
        (folder) => Effect.promise(() => rm(folder, { recursive: true })),
      )
      for (const folder of [empty, join(empty, "nowhere")]) {
        const error = yield* Effect.flip(BuiltPage.read(folder))
        expect(error.message).toBe(
          `The dashboard is not built: there is no page in ${folder}. Build it with: npm run build -w @espalier/dashboard`,
        )
      }
    }),
  )
})
