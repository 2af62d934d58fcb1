/**
 * Push certificates: a customer hears of each threshold once, at its time, whatever happens to the watch in between.
 */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { describe, expect, it, layer, type Vitest } from "@effect/vitest"
import { Database } from "@espalier/sql"
import { memory, postgres, server, type TestDatabase } from "@espalier/testing/TestDatabase"
import { Effect, Layer, Redacted } from "effect"
import { SqlClient } from "effect/sql"
import { TestClock } from "effect/testing"
import { Deliveries, Integrations, type Notifications, PushCertificateWatch } from "../src/index.ts"
import { services } from "./DeliveryHarness.ts"
import { first, firstExpiresAt, renewed, renewedExpiresAt } from "./PushCertificates.ts"

const hour = 60 * 60 * 1000
const day = 24 * hour

const organization = { id: "o", name: "Example", url: "https://dashboard.example.com/example" }
const appleId = "push@example.com"
const options = { workspace: "a", organization, certificates: [{ pem: first, appleId }] }

/** What was published and is not yet pruned: how many days it names, and when it was, in hours before `expiresAt`. */
const published = (expiresAt = firstExpiresAt) =>
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const rows = yield* sql<{ readonly body: string; readonly created_at: number | string }>`SELECT body, created_at
      FROM espalier_event ORDER BY created_at, id`
    return rows.map(({ body, created_at }) => `${JSON.parse(body).numDays} @${(expiresAt - Number(created_at)) / hour}`)
  })

const at = (left: number, expiresAt = firstExpiresAt) => TestClock.setTime(expiresAt - left)

const contract = <R>(it: Vitest.MethodsNonLive<R>, database: TestDatabase<R>): void => {
  const test = <E>(
    name: string,
    body: Effect.Effect<void, E, SqlClient.SqlClient | Notifications | Integrations | Deliveries>,
  ) => it.effect(name, () => Effect.provide(body, Layer.provideMerge(services(), database)))

  test(
    "warns four times in the life of a certificate, although events are pruned and the watch is killed",
    Effect.gen(function* () {
      const { prune } = yield* Deliveries
      const seen = new Set<string>()
      for (let left = 60 * day; left > -2 * day; left -= 6 * hour) {
        yield* at(left)
        // A look has no memory but the database's: each is one of a new process.
        yield* PushCertificateWatch.check(options)
        for (const one of yield* published()) seen.add(one)
        // All that may go goes at once: events, and with them their keys.
        yield* prune(1)
      }
      expect([...seen]).toEqual(["30 @720", "15 @360", "5 @120", "1 @24"])
    }),
  )

  test(
    "publishes nothing twice when it is killed between publishing and storing",
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      yield* at(30 * day)
      yield* PushCertificateWatch.check(options)
      for (const later of [hour, 10 * day]) {
        yield* sql`DELETE FROM espalier_push_certificate`
        yield* at(30 * day - later)
        yield* PushCertificateWatch.check(options)
        expect(yield* published()).toEqual(["30 @720"])
        // And has noted it now.
        expect(yield* sql`SELECT warned FROM espalier_push_certificate`).toEqual([{ warned: 30 }])
      }
    }),
  )

  test(
    "publishes once from many processes at the same time",
    Effect.gen(function* () {
      yield* at(4.5 * day)
      const looks = Array.from({ length: 8 }, () => PushCertificateWatch.check(options))
      yield* Effect.all(looks, { concurrency: "unbounded" })
      expect(yield* published()).toEqual(["5 @108"])
    }),
  )

  const late = [
    ["a year", 365 * day, []],
    ["an hour more than 30 days", 30 * day + hour, []],
    ["four days", 4 * day, ["4 @96"]],
    ["seven days and a half", 7.5 * day, ["8 @180"]],
    ["18 hours", 18 * hour, ["1 @18"]],
    ["three hours", 3 * hour, ["0 @3"]],
    ["nothing", 0, []],
  ] as const
  for (const [name, left, expected] of late) {
    test(
      `a watch that begins with ${name} left publishes ${expected.length === 0 ? "nothing" : "once, how many there are"}`,
      Effect.gen(function* () {
        yield* at(left)
        yield* PushCertificateWatch.check(options)
        yield* PushCertificateWatch.check(options)
        expect(yield* published()).toEqual(expected)
      }),
    )
  }

  test(
    "treats a renewed certificate as a new one, and workspaces separately",
    Effect.gen(function* () {
      yield* at(5 * day)
      yield* PushCertificateWatch.check(options)
      const both = { ...options, certificates: [...options.certificates, { pem: renewed, appleId }] }
      yield* PushCertificateWatch.check(both)
      expect((yield* published()).length).toBe(1)
      yield* at(30 * day, renewedExpiresAt)
      yield* PushCertificateWatch.check(both)
      yield* PushCertificateWatch.check({ ...both, workspace: "b" })
      expect((yield* published(renewedExpiresAt)).slice(1)).toEqual(["30 @720", "30 @720"])
    }),
  )

  test(
    "publishes the documented payload to the subscribers",
    Effect.gen(function* () {
      const { create } = yield* Integrations
      const url = "http://127.0.0.1:65535/"
      const { integration } = yield* create("a", { url, events: ["apple_push_certification_renovation"] })
      yield* at(5 * day)
      yield* PushCertificateWatch.check(options)
      const sql = yield* SqlClient.SqlClient
      const [row] = yield* sql<{ readonly body: string; readonly integration_id: string }>`SELECT body, integration_id
        FROM espalier_event e JOIN espalier_delivery d ON d.event_id = e.id`
      expect(row?.integration_id).toBe(integration.id)
      expect(JSON.parse(row?.body ?? "")).toEqual({
        action: "apple_push_certification_renovation",
        organization,
        numDays: "5",
        appleId,
      })
    }),
  )

  test(
    "names an invalid certificate in its error, and checks the others",
    Effect.gen(function* () {
      yield* at(5 * day)
      for (const pem of ["", "push.pem", first.replace("MIIC", "MIIX"), "-----BEGIN CERTIFICATE-----"]) {
        const certificates = [{ pem, appleId: "bad@example.com" }, ...options.certificates]
        const error = yield* Effect.flip(PushCertificateWatch.check({ ...options, certificates }))
        expect(error).toBeInstanceOf(PushCertificateWatch.InvalidPushCertificate)
        expect(error.message).toContain("bad@example.com")
      }
      expect(yield* published()).toEqual(["5 @120"])
      // The key is often in the same file.
      const withKey = `-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n${renewed}`
      yield* PushCertificateWatch.check({ ...options, certificates: [{ pem: withKey, appleId }] })
    }),
  )
}

describe("SQLite", () => contract(it, memory))
layer(server)("PostgreSQL", (it) => contract(it, postgres))

describe("the layer", () => {
  it.effect("finds a threshold within the hour, reads renewed files, and continues after a restart", () =>
    Effect.gen(function* () {
      const folder = mkdtempSync(join(tmpdir(), "espalier-watch-"))
      yield* Effect.addFinalizer(() => Effect.sync(() => rmSync(folder, { recursive: true, force: true })))
      const database = Database.layer({ url: Redacted.make(`sqlite://${join(folder, "notifications.db")}`) })
      let pem: string | undefined = first
      let reads = 0
      const certificates = Effect.suspend(() => {
        reads++
        return pem === undefined ? Effect.fail("no such file") : Effect.succeed([{ pem, appleId }])
      })
      const running = <A, E>(body: Effect.Effect<A, E, SqlClient.SqlClient>) =>
        body.pipe(
          Effect.provide(PushCertificateWatch.layer({ ...options, certificates })),
          Effect.provide(services()),
          Effect.provide(database),
        )
      /** Hour by hour, each look ended before the next. */
      const walk = (hours: number) =>
        Effect.gen(function* () {
          for (let step = 0; step < 2 * hours; step++) {
            const before = reads
            yield* TestClock.adjust("30 minutes")
            while (reads === before) yield* TestClock.withLive(Effect.sleep(1))
          }
          return yield* published()
        })

      yield* at(31 * day - 20 * 60_000)
      const begun = yield* running(walk(26))
      expect(begun).toEqual([expect.stringMatching(/^30 @719\.\d+$/)])
      yield* at(15 * day + hour)
      const gone = yield* running(
        Effect.gen(function* () {
          pem = undefined
          yield* walk(2)
          pem = first
          return yield* walk(2)
        }),
      )
      expect(gone.slice(1)).toEqual([expect.stringMatching(/^15 @35\d(?:\.\d+)?$/)])
      yield* at(16 * day)
      expect(yield* running(published())).toEqual(gone)
      pem = renewed
      yield* at(30 * day, renewedExpiresAt)
      expect((yield* running(published(renewedExpiresAt))).at(-1)).toBe("30 @720")
      pem = "no certificate"
      expect(yield* Effect.flip(running(Effect.void))).toBeInstanceOf(PushCertificateWatch.InvalidPushCertificate)
    }).pipe(Effect.scoped),
  )
})
