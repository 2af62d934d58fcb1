/**
 * A database of commit 4e838e9 is migrated: everything in it is found again, and what was pending is delivered.
 *
 * The fixtures were written by the services of that commit.
 */
import { readFileSync } from "node:fs"
import { describe, expect, it, layer, type Vitest } from "@effect/vitest"
import { ApiKeys } from "@espalier/api-keys"
import { Secret, WebhookSignature } from "@espalier/signing"
import * as Sealing from "@espalier/testing/Sealing"
import { memory, postgres, server, type TestDatabase } from "@espalier/testing/TestDatabase"
import * as Receiver from "@espalier/testing/WebhookReceiver"
import { Effect, Layer, Option, Redacted, Result } from "effect"
import { SqlClient } from "effect/sql"
import { TestClock } from "effect/testing"
import { Deliveries, Integrations, migrate, Notifications } from "../src/index.ts"
import * as PushCertificateTable from "../src/PushCertificates/PushCertificateTable.ts"

interface Fixture {
  readonly file: string
  /** The receiver's paths are the names of its integrations. */
  readonly ids: { readonly ok: string; readonly failing: string; readonly disabled: string; readonly dead: string }
  readonly secrets: { readonly old: string; readonly fresh: string }
  readonly key: string
}

const sqlite: Fixture = {
  file: "4e838e9.sqlite.sql",
  ids: {
    ok: "int_qWkIICR3TY5EiAt-",
    failing: "int_K3vv0nxurGliKLWB",
    disabled: "int_7ZrJP2P4niiS1thG",
    dead: "int_UfRfXWhAIQo74Eh7",
  },
  secrets: {
    old: "whsec_1uEYXySuyb2AM/5fHzlH8qOL20CMPI+hR1k/hdgVy3E=",
    fresh: "whsec_6H6PDnKHuKCEmZc5XJNuq+cqtsSSQTSonSk1LNttsS8=",
  },
  key: "ek_16eeae36ce5fb837_1wFOdldjHkbIVXktQR-ygtycnG6AuVTqVC-WPPRXNOQ",
}

const pg: Fixture = {
  file: "4e838e9.postgres.sql",
  ids: {
    ok: "int_67bB7grdv23SPkQm",
    failing: "int_Ra3Ggcz8ey24WsaV",
    disabled: "int_xk52_uXXeRqGDUK4",
    dead: "int_IeMI4shfiyszsQxy",
  },
  secrets: {
    old: "whsec_ViPsxV7A6+pmD7VGcxaRgGx7Uha/crcRXpBZvNn1X5I=",
    fresh: "whsec_gsvE6EJ71pe0gjvIM5k4cQfQ7ahwUgM4GNbYmE3xezI=",
  },
  key: "ek_4058b6aa52dd380b_yITYpgWmTpJt0-L3ZILUPW-82byrqr2wx_fesFrKXXI",
}

/** A minute after the fixtures were written. */
const now = Date.UTC(2026, 10, 25, 14, 19)

const restore = Effect.fnUntraced(function* (file: string) {
  const sql = yield* SqlClient.SqlClient
  const text = readFileSync(new URL(`fixtures/${file}`, import.meta.url), "utf8")
  const statements = text
    .replaceAll(/^--.*$/gm, "")
    .split(/;\n/)
    .map((statement) => statement.trim())
    .filter((statement) => statement !== "" && !/^(?:PRAGMA|BEGIN|COMMIT)/.test(statement))
  for (const statement of statements) yield* sql.unsafe(statement)
})

/** The receiver's URLs are set before a worker sees them. */
const services = (worker?: false) =>
  Layer.merge(
    ApiKeys.layer,
    Notifications.layer({ addresses: { allow: ["127.0.0.0/8"], allowHttp: true }, worker }),
  ).pipe(Layer.provide(Sealing.layer))

const contract = <R>(it: Vitest.MethodsNonLive<R>, database: TestDatabase<R>, fixture: Fixture) => {
  const { ids, secrets } = fixture

  it.effect("keeps everything, and delivers what was pending", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(now)
      yield* restore(fixture.file)
      const receiver = yield* Receiver.make
      yield* Effect.gen(function* () {
        const integrations = yield* Integrations
        const deliveries = yield* Deliveries
        const { publish } = yield* Notifications
        const states = Effect.gen(function* () {
          const listed = (yield* deliveries.list("acme")).deliveries
          return listed.map(({ id, integration, state, attempts }) => ({ id, integration, state, attempts }))
        })

        const listed = yield* integrations.list("acme")
        expect(listed.map(({ id, enabled, events }) => ({ id, enabled, events }))).toEqual(
          expect.arrayContaining([
            { id: ids.ok, enabled: true, events: ["device_enrolled", "device_added_mdm_user"] },
            { id: ids.failing, enabled: true, events: ["inventory_item"] },
            {
              id: ids.disabled,
              enabled: false,
              events: ["device_enrolled", "inventory_item", "apple_push_certification_renovation"],
            },
            { id: ids.dead, enabled: true, events: ["enrollment_token_created"] },
          ]),
        )
        expect(listed.length).toBe(4)
        expect(listed.find(({ id }) => id === ids.disabled)?.disabledReason).toBe("Asked")
        expect(yield* states).toEqual(
          expect.arrayContaining([
            { id: 2, integration: ids.ok, state: "delivered", attempts: 1 },
            { id: 4, integration: ids.ok, state: "delivered", attempts: 1 },
            { id: 5, integration: ids.dead, state: "dead", attempts: 1 },
            { id: 1, integration: ids.disabled, state: "pending", attempts: 0 },
            { id: 3, integration: ids.disabled, state: "pending", attempts: 0 },
            { id: 6, integration: ids.failing, state: "pending", attempts: 1 },
          ]),
        )
        expect(yield* deliveries.attempts("acme", 5)).toMatchObject([{ number: 1, status: 500, bodyExcerpt: "no" }])

        for (const [name, id] of Object.entries(ids)) {
          yield* integrations.edit("acme", id, { url: receiver.url(`/${name}`) })
        }
        yield* integrations.enable("acme", ids.disabled)
        yield* deliveries.retry("acme", 5)
        const again = yield* publish("acme", enrolled, { idempotencyKey: "first" })
        expect(again).toMatchObject({ duplicate: true, deliveries: 2 })
        yield* publish("acme", enrolled)
      }).pipe(Effect.provide(services(false)))

      yield* Effect.gen(function* () {
        const heard = yield* Effect.forEach(Array.from({ length: 6 }), () => receiver.next)
        expect(heard.map(({ path }) => path).sort()).toEqual(
          ["/dead", "/disabled", "/disabled", "/disabled", "/failing", "/ok"].sort(),
        )
        const ok = heard.find(({ path }) => path === "/ok")
        for (const secret of [secrets.old, secrets.fresh]) {
          const verified = WebhookSignature.verifyAt(now, {
            headers: {
              "webhook-id": ok?.id,
              "webhook-timestamp": String(ok?.headers["webhook-timestamp"]),
              "webhook-signature": String(ok?.headers["webhook-signature"]),
            },
            body: ok?.body ?? new Uint8Array(),
            secrets: [Result.getOrThrow(Secret.parse(secret))],
          })
          expect(Result.isSuccess(verified)).toBe(true)
        }

        const keys = yield* ApiKeys
        const holder = yield* keys.authenticate(Redacted.make(fixture.key))
        expect(Option.getOrUndefined(holder)).toMatchObject({ workspace: "acme", note: "ITSM" })
        expect((yield* keys.list).map(({ note, revokedAt }) => [note, revokedAt !== null])).toEqual([
          ["ITSM", false],
          ["old", true],
        ])
        const warning = { workspace: "acme", fingerprint: "ab".repeat(32), threshold: 15 }
        expect(yield* PushCertificateTable.isWarned(warning)).toBe(true)
        expect(yield* migrate).toEqual([])
      }).pipe(Effect.provide(services()))
    }).pipe(Effect.provide(database), Effect.scoped),
  )

  it.effect("keeps API keys that `@espalier/api-keys` has created before", () =>
    Effect.gen(function* () {
      yield* restore(fixture.file)
      const { key } = yield* Effect.flatMap(ApiKeys, ({ create }) => create({ workspace: "acme", note: "new" })).pipe(
        Effect.provide(ApiKeys.layer),
      )
      yield* migrate
      const known = yield* Effect.gen(function* () {
        const { authenticate } = yield* ApiKeys
        return [yield* authenticate(key), yield* authenticate(Redacted.make(fixture.key))]
      }).pipe(Effect.provide(ApiKeys.layer))
      expect(known.map(Option.isSome)).toEqual([true, true])
    }).pipe(Effect.provide(database)),
  )
}

/** The event of the fixtures with the idempotency key `first`. */
const enrolled = {
  action: "adm_device_enrolled",
  organization: { id: "o", name: "Example", url: "https://dashboard.example.com/example" },
  admDevice: { productName: "first", url: "https://dashboard.example.com/devices/1" },
  mdmUser: { id: "u", email: "ada@example.com", url: "https://dashboard.example.com/users/u" },
} as const

describe("SQLite", () => contract(it, memory, sqlite))
layer(server)("PostgreSQL", (it) => contract(it, postgres, pg))
