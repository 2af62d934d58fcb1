/**
 * Authorization of the notifications API: which keys grant access to which endpoint.
 */
import { describe, expect, it } from "@effect/vitest"
import { Effect, Redacted } from "effect"
import { HttpApi } from "effect/http-api"
import { NotificationsApi } from "../src/Api/index.ts"
import * as ApiHarness from "./ApiHarness.ts"

/** Every endpoint of a workspace, with values for its parameters. */
const endpoints: Array<readonly [method: string, path: (workspace: string) => string]> = []
HttpApi.reflect(NotificationsApi, {
  onGroup: () => {},
  onEndpoint: ({ endpoint }) => {
    const below = endpoint.path.replace(/^\/api/, "").replace(":id", "1")
    if (below.includes(":workspace")) {
      endpoints.push([endpoint.method, (workspace) => below.replace(":workspace", workspace)])
    }
  },
})

describe("every endpoint of a workspace", () => {
  it.live("accepts keys of the workspace and of all workspaces, and rejects other, revoked and missing ones", () =>
    Effect.gen(function* () {
      const { call, keys, keyOfAll } = yield* ApiHarness.make({ worker: false })
      const revoked = yield* keys.create({ workspace: "acme", note: "" })
      yield* keys.revoke(revoked.id)
      expect(endpoints.length).toBeGreaterThan(15)
      for (const [method, path] of endpoints) {
        const place = `${method} ${path("acme")}`
        const status = (call: { readonly status: number }) => [call.status, place]
        const other = yield* call(method, path("umbrella"))
        expect([other.status, other.json, place]).toMatchObject([403, { reason: "OtherWorkspace" }, place])
        // Percent-encoding a name must not get past the check.
        expect(status(yield* call(method, path("%75mbrella")))).toEqual([403, place])
        for (const key of [null, "", "nonsense", Redacted.value(revoked.key)]) {
          const none = yield* call(method, path("acme"), { key })
          expect([none.status, none.headers.get("www-authenticate"), place]).toEqual([401, "Bearer", place])
        }
        expect([401, 403], place).not.toContain((yield* call(method, path("acme"))).status)
        expect([401, 403], place).not.toContain((yield* call(method, path("umbrella"), { key: keyOfAll })).status)
      }
    }),
  )

  it.live("checks only the bearer key where both a key and a cookie are given", () =>
    Effect.gen(function* () {
      const { call, key } = yield* ApiHarness.make({ worker: false })
      const headers = { cookie: `espalier_session=${key}` }
      const path = "/workspaces/acme/integrations"
      expect((yield* call("GET", path, { key: null, headers })).status).toBe(200)
      expect((yield* call("GET", path, { key: "nonsense", headers })).status).toBe(401)
    }),
  )
})
