/**
 * Sessions: what a browser does with the cookie, and what pages of another origin can do with it.
 */
import { once } from "node:events"
import { createServer } from "node:http"
import { describe, expect, it } from "@effect/vitest"
import * as Chromium from "@espalier/testing/Browser"
import { Effect } from "effect"
import * as ApiHarness from "./ApiHarness.ts"

const integrations = "/workspaces/acme/integrations"
const made = { url: "https://127.0.0.1:4000/", events: ["device_enrolled"] }

/** The URL of a page that is not the API's. */
const page = Effect.gen(function* () {
  const server = createServer((_, response) => response.setHeader("content-type", "text/html").end("<p>x"))
  yield* Effect.acquireRelease(
    Effect.promise(() => once(server.listen(0, "127.0.0.1"), "listening")),
    () =>
      Effect.sync(() => {
        server.close()
        server.closeAllConnections()
      }),
  )
  const bound = server.address()
  return `http://127.0.0.1:${typeof bound === "object" && bound !== null ? bound.port : 0}/`
})

describe("a session", () => {
  it.live("is a cookie that scripts cannot read, lasts twelve hours, and ends with signing out", () =>
    Effect.gen(function* () {
      const { call, key, keys } = yield* ApiHarness.make({ worker: false })
      const signedIn = yield* call("POST", "/session", { key: null, body: { key } })
      const [cookie = "", ...rest] = signedIn.headers.getSetCookie()
      expect(rest).toEqual([])
      expect(cookie.split("; ").sort()).toEqual(
        [`espalier_session=${key}`, "HttpOnly", "Max-Age=43200", "Path=/api", "SameSite=Strict", "Secure"].sort(),
      )
      const headers = { cookie: `espalier_session=${key}` }
      const holder = { keyId: key.slice(3, 19), workspace: "acme", note: "tests" }
      expect((yield* call("GET", "/session", { key: null, headers })).json).toEqual(holder)
      expect((yield* call("GET", "/workspaces/b/integrations", { key: null, headers })).status).toBe(403)

      const signedOut = yield* call("DELETE", "/session", { key: null, headers })
      expect(signedOut.headers.getSetCookie()).toEqual([expect.stringMatching(/^espalier_session=; Max-Age=0; /)])
      yield* keys.revoke(holder.keyId)
      expect((yield* call("GET", "/session", { key: null, headers })).status).toBe(401)
    }),
  )

  it.live("has a cookie without Secure where that is configured", () =>
    Effect.gen(function* () {
      const { call, key } = yield* ApiHarness.make({ worker: false, secureCookie: false })
      const { headers } = yield* call("POST", "/session", { key: null, body: { key } })
      expect(headers.getSetCookie()).toEqual([expect.not.stringContaining("Secure")])
    }),
  )

  const asked: ReadonlyArray<readonly [headers: Record<string, string>, changes: boolean, signsIn: boolean]> = [
    [{ "sec-fetch-site": "same-origin" }, true, true],
    [{ "sec-fetch-site": "same-origin", origin: "https://dashboard.example.com" }, true, true],
    [{ "sec-fetch-site": "same-site" }, false, false],
    [{ "sec-fetch-site": "cross-site" }, false, false],
    [{ "sec-fetch-site": "none" }, false, false],
    [{ origin: "http://{host}" }, true, true],
    [{ origin: "https://{host}" }, true, true],
    [{ origin: "http://127.0.0.1:1" }, false, false],
    [{ origin: "null" }, false, false],
    // No browser: nobody's cookie to abuse when signing in, but not to be believed with one.
    [{}, false, true],
  ]
  it.live("changes data only for pages of the same origin", () =>
    Effect.gen(function* () {
      const { call, key, origin } = yield* ApiHarness.make({
        worker: false,
        addresses: { allow: ["127.0.0.0/8"] },
      })
      const { host } = new URL(origin)
      for (const [said, changes, signsIn] of asked) {
        const headers = Object.fromEntries(
          Object.entries(said).map(([name, value]) => [name, value.replace("{host}", host)]),
        )
        const withCookie = { ...headers, cookie: `espalier_session=${key}` }
        const changed = yield* call("POST", integrations, {
          key: null,
          headers: withCookie,
          body: { ...made, url: "" },
        })
        const signed = yield* call("POST", "/session", { key: null, headers, body: { key } })
        const read = yield* call("GET", integrations, { key: null, headers: withCookie })
        expect([said, changed.status, signed.status, read.status]).toEqual([
          said,
          changes ? 422 : 403,
          signsIn ? 200 : 403,
          200,
        ])
        if (!changes) expect(changed.json).toMatchObject({ reason: "OtherOrigin" })
        const byKey = yield* call("POST", integrations, { headers, body: { ...made, url: "" } })
        expect(byKey.status).toBe(422)
      }
    }),
  )

  it.live("changes data for pages of the configured origins", () =>
    Effect.gen(function* () {
      const own = "https://dashboard.example.com"
      const { call, key } = yield* ApiHarness.make({ worker: false, pageOrigins: [own] })
      const change = (origin: string) =>
        call("POST", integrations, {
          key: null,
          headers: { origin, "sec-fetch-site": "same-site", cookie: `espalier_session=${key}` },
          body: { ...made, url: "" },
        })
      const preflight = (origin: string, path = integrations) =>
        Effect.map(
          call("OPTIONS", path, { key: null, headers: { origin, "access-control-request-method": "PATCH" } }),
          ({ headers }) => [
            headers.get("access-control-allow-origin"),
            headers.get("access-control-allow-credentials"),
            headers.get("access-control-allow-methods")?.includes("PATCH"),
          ],
        )
      const others = ["https://example.com", "https://dashboard.example.com.example.org", "null"]

      const allowed = yield* change(own)
      expect([allowed.status, allowed.headers.get("access-control-allow-origin")]).toEqual([422, own])
      expect(yield* preflight(own)).toEqual([own, "true", true])
      for (const other of others) {
        const refused = yield* change(other)
        expect([refused.status, refused.headers.get("access-control-allow-origin")]).not.toContain(other)
        expect(refused.status).toBe(403)
        expect((yield* preflight(other))[0]).not.toBe(other)
      }
    }),
  )

  it.live("in a real browser: is kept, hidden from scripts, and rejected from a page on another port", () =>
    Effect.gen(function* () {
      const { origin, key, call } = yield* ApiHarness.make({ worker: false, addresses: { allow: ["127.0.0.0/8"] } })
      const { id } = Object((yield* call("POST", integrations, { body: made })).json).integration
      const elsewhere = yield* page
      const browser = yield* Chromium.start
      yield* Effect.promise(async () => {
        const page = await browser.newPage()
        await page.goto(`${origin}/api/notifications/openapi.json`)
        const ask = (method: string, path: string, body?: unknown) =>
          page.evaluate(
            async ([method, path, body]) => {
              const response = await fetch(`/api${path}`, {
                method,
                ...(body === undefined ? {} : { body, headers: { "content-type": "application/json" } }),
              })
              return response.status
            },
            [method, path, body === undefined ? undefined : JSON.stringify(body)] as const,
          )
        expect(await ask("GET", "/session")).toBe(401)
        expect(await ask("POST", "/session", { key })).toBe(200)
        expect(await ask("GET", "/session")).toBe(200)
        expect(await page.evaluate("document.cookie")).toBe("")
        expect(await ask("POST", `${integrations}/${id}/disable`)).toBe(200)
        expect(await ask("POST", `${integrations}/${id}/enable`)).toBe(200)

        // The same site, so the cookie goes along: only the port is another.
        await page.goto(elsewhere)
        const [answer] = await Promise.all([
          page.waitForResponse((response) => response.url().endsWith("/disable")),
          page.evaluate(
            (url) => fetch(url, { method: "POST", mode: "no-cors", credentials: "include" }).then(() => {}),
            `${origin}/api${integrations}/${id}/disable`,
          ),
        ])
        // Without the cookie it would be 401.
        expect(answer.status()).toBe(403)

        await page.goto(`${origin}/api/notifications/openapi.json`)
        expect(await ask("DELETE", "/session")).toBe(204)
        expect(await ask("GET", "/session")).toBe(401)
      })
      expect((yield* call("GET", `${integrations}/${id}`)).json).toMatchObject({ enabled: true })
    }),
  )
})
