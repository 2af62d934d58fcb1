/**
 * API keys: what is stored, what a key grants access to, and for how long.
 */
import { describe, expect, it, layer, type Vitest } from "@effect/vitest"
import { memory, postgres, server, type TestDatabase } from "@espalier/testing/TestDatabase"
import { Effect, Layer, Option, Redacted } from "effect"
import { SqlClient } from "effect/sql"
import { TestClock } from "effect/testing"
import { ApiKeys } from "../src/index.ts"

const contract = <R>(it: Vitest.MethodsNonLive<R>, database: TestDatabase<R>) => {
  const keys = ApiKeys.layer.pipe(Layer.provideMerge(database), Layer.orDie)

  it.effect("authenticates a key until it is revoked", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(1000)
      const { create, list, revoke, authenticate } = yield* ApiKeys
      const one = yield* create({ workspace: "acme", note: "for ITSM" })
      yield* TestClock.setTime(2000)
      const all = yield* create({ workspace: null, note: "" })
      expect(Redacted.value(one.key)).toMatch(new RegExp(`^ek_${one.id}_[A-Za-z0-9_-]{43}$`))
      expect(yield* authenticate(one.key)).toEqual(Option.some({ keyId: one.id, workspace: "acme", note: "for ITSM" }))
      expect(yield* authenticate(all.key)).toEqual(Option.some({ keyId: all.id, workspace: null, note: "" }))

      expect([yield* revoke(one.id), yield* revoke(one.id), yield* revoke("unknown")]).toEqual([true, true, false])
      expect(yield* authenticate(one.key)).toEqual(Option.none())
      expect(Option.isSome(yield* authenticate(all.key))).toBe(true)
      expect(yield* list).toEqual([
        { id: one.id, workspace: "acme", note: "for ITSM", createdAt: 1000, revokedAt: 2000 },
        { id: all.id, workspace: null, note: "", createdAt: 2000, revokedAt: null },
      ])
    }).pipe(Effect.provide(keys)),
  )

  it.effect("stores only a digest of the secret", () =>
    Effect.gen(function* () {
      const { create } = yield* ApiKeys
      const sql = yield* SqlClient.SqlClient
      const { key } = yield* create({ workspace: "acme", note: "" })
      const secret = Redacted.value(key).slice(-43)
      const rows = yield* sql`SELECT * FROM espalier_api_key`
      expect(rows).toMatchObject([{ digest: expect.stringMatching(/^[0-9a-f]{64}$/) }])
      expect(JSON.stringify(rows)).not.toContain(secret)
      expect(String(key)).not.toContain(secret)
    }).pipe(Effect.provide(keys)),
  )

  it.effect("rejects malformed and unknown keys", () =>
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
