/**
 * Keys: what is stored of them, whom they let in, and for how long.
 */
import { describe, expect, it, layer, type Vitest } from "@effect/vitest"
import { Effect, Layer, Option, Redacted } from "effect"
import { HttpApi } from "effect/http-api"
import { SqlClient } from "effect/sql"
import { TestClock } from "effect/testing"
import { NotificationsApi } from "../src/Api/index.ts"
import { ApiKeys, migrate } from "../src/index.ts"
import * as ApiHarness from "./ApiHarness.ts"
import { memory, postgres, server, type TestDatabase } from "./TestDatabase.ts"

const contract = <R>(it: Vitest.MethodsNonLive<R>, database: TestDatabase<R>) => {
  const keys = ApiKeys.layer.pipe(
    Layer.provideMerge(Layer.effectDiscard(migrate)),
    Layer.provideMerge(database),
    Layer.orDie,
  )

  it.effect("a key says whose it is, until it is revoked", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(1000)
      const { create, list, revoke, authenticate } = yield* ApiKeys
      const one = yield* create({ workspace: "acme", note: "for ITSM" })
      yield* TestClock.setTime(2000)
      const all = yield* create({ workspace: null, note: "" })
      expect(Redacted.value(one.key)).toMatch(new RegExp(`^ek_${one.id}_[A-Za-z0-9_-]{43}$`))
      expect(yield* authenticate(one.key)).toEqual(Option.some({ keyId: one.id, workspace: "acme", note: "for ITSM" }))
      expect(yield* authenticate(all.key)).toEqual(Option.some({ keyId: all.id, workspace: null, note: "" }))

      expect([yield* revoke(one.id), yield* revoke(one.id), yield* revoke("nobody")]).toEqual([true, true, false])
      expect(yield* authenticate(one.key)).toEqual(Option.none())
      expect(Option.isSome(yield* authenticate(all.key))).toBe(true)
      expect(yield* list).toEqual([
        { id: one.id, workspace: "acme", note: "for ITSM", createdAt: 1000, revokedAt: 2000 },
        { id: all.id, workspace: null, note: "", createdAt: 2000, revokedAt: null },
      ])
    }).pipe(Effect.provide(keys)),
  )

  it.effect("of the secret only a digest is stored", () =>
    Effect.gen(function* () {
      const { create } = yield* ApiKeys
      const sql = yield* SqlClient.SqlClient
      const { key } = yield* create({ workspace: "acme", note: "" })
      const secret = Redacted.value(key).slice(-43)
      const rows = yield* sql`SELECT * FROM notification_api_key`
      expect(rows).toMatchObject([{ digest: expect.stringMatching(/^[0-9a-f]{64}$/) }])
      expect(JSON.stringify(rows)).not.toContain(secret)
      expect(String(key)).not.toContain(secret)
    }).pipe(Effect.provide(keys)),
  )

  it.effect("what is no key of ours is nobody's", () =>
    Effect.gen(function* () {
      const { create, authenticate } = yield* ApiKeys
      const [one, other] = [yield* create({ workspace: "a", note: "" }), yield* create({ workspace: "b", note: "" })]
      const text = Redacted.value(one.key)
      const wrong = [
        "",
        "ek_",
        text.slice(0, -1),
        `${text}A`,
        ` ${text}`,
        text.toUpperCase(),
        text.replace(/.$/, (last) => (last === "A" ? "E" : "A")),
        text.replace(one.id, other.id),
        text.replace(one.id, "0123456789abcdef"),
        text.replace(one.id, "' OR '1'='1' --'"),
      ]
      for (const key of wrong) expect([yield* authenticate(Redacted.make(key)), key]).toEqual([Option.none(), key])
    }).pipe(Effect.provide(keys)),
  )
}

describe("SQLite", () => contract(it, memory))
layer(server, { timeout: 60_000 })("PostgreSQL", (it) => contract(it, postgres))

/** Every endpoint of the definition that is a workspace's, with values for its parameters. */
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
  it.live("opens to its own keys and those of all, to no other, to no revoked one, to none", () =>
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
        // What a path may do to a name must not make it another's: `%61cme` is `acme`.
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

  it.live("judges a bearer key by itself, whatever the cookie says", () =>
    Effect.gen(function* () {
      const { call, key } = yield* ApiHarness.make({ worker: false })
      const headers = { cookie: `espalier_session=${key}` }
      const path = "/workspaces/acme/integrations"
      expect((yield* call("GET", path, { key: null, headers })).status).toBe(200)
      expect((yield* call("GET", path, { key: "nonsense", headers })).status).toBe(401)
    }),
  )
})
