/**
 * Secrets at rest: sealed in every row, opened by the right key only, rotated without a pause.
 */
import { describe, expect, it, layer, type Vitest } from "@effect/vitest"
import { Database, Sealing } from "@espalier/sql"
import { enrolled } from "@espalier/testing/Events"
import { memory, postgres, server, type TestDatabase } from "@espalier/testing/TestDatabase"
import * as Receiver from "@espalier/testing/WebhookReceiver"
import { Effect, Layer, Logger, Redacted } from "effect"
import { SqlClient } from "effect/sql"
import { Deliveries, Integrations, Notifications, rotateSealedSecrets, type WorkerOptions } from "../src/index.ts"
import { integrationContext } from "../src/Storage/SealedSecrets.ts"

const keyOf = (byte: number) => Buffer.alloc(32, byte).toString("base64")
const idOf = (byte: number) =>
  /^sealed:v1:(\w{8}):/.exec(
    Effect.runSync(
      Effect.provide(
        Effect.map(Sealing.Sealing, ({ seal }) => seal("", "")),
        sealed(byte),
      ),
    ),
  )?.[1]
const sealed = (first: number, ...others: ReadonlyArray<number>) =>
  Layer.orDie(Sealing.layer([keyOf(first), ...others.map(keyOf)]))

const services = (keys: Layer.Layer<Sealing.Sealing>, worker: WorkerOptions | false = false) =>
  Notifications.layer({
    addresses: { allow: ["127.0.0.0/8"], allowHttp: true },
    worker,
    maxIntegrations: 1000,
  }).pipe(Layer.provide(keys))

const url = "https://93.184.215.14/mdm"
const events = ["device_enrolled"]
const columns = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const rows = yield* sql<{ readonly secret: string }>`SELECT secret FROM espalier_secret ORDER BY id`
  return rows.map(({ secret }) => secret)
})

const contract = <R>(it: Vitest.MethodsNonLive<R>, database: TestDatabase<R>): void => {
  const create = Effect.flatMap(Integrations, ({ create }) => create("a", { url, events }))

  it.effect("stores nothing that contains a secret", () =>
    Effect.gen(function* () {
      const first = yield* Effect.provide(create, services(sealed(1)))
      const second = yield* Effect.provide(
        Effect.flatMap(Integrations, ({ rotateSecret }) => rotateSecret("a", first.integration.id)),
        services(sealed(1)),
      )
      const stored = yield* columns
      expect(stored).toHaveLength(2)
      for (const text of stored) {
        expect(text.startsWith(`sealed:v1:${idOf(1)}:`)).toBe(true)
        for (const { secret } of [first, second]) expect(text).not.toContain(Redacted.value(secret).slice(6))
      }
    }).pipe(Effect.provide(database)),
  )

  it.effect("does not start with another key, also before there is an integration", () =>
    Effect.gen(function* () {
      const start = (keys: Layer.Layer<Sealing.Sealing>) => Effect.scoped(Layer.build(services(keys)))
      yield* start(sealed(1))
      const refused = yield* Effect.flip(start(sealed(2)))
      expect(refused).toMatchObject({ _tag: "SealingError", reason: "KeyNotFound", keyId: idOf(1) })
      yield* start(sealed(2, 1))
      yield* Effect.provide(create, services(sealed(1)))
      // The probe may be of the new key already, and an integration of the old.
      const sql = yield* SqlClient.SqlClient
      yield* sql`DELETE FROM espalier_sealing_probe`
      expect(yield* Effect.flip(start(sealed(2)))).toMatchObject({ reason: "KeyNotFound", keyId: idOf(1) })
    }).pipe(Effect.provide(database)),
  )

  it.effect("seals at the start what an older version stored as plain text", () =>
    Effect.gen(function* () {
      const { integration, secret } = yield* Effect.provide(create, services(sealed(1)))
      const sql = yield* SqlClient.SqlClient
      yield* sql`UPDATE espalier_secret SET secret = ${Redacted.value(secret)}`
      yield* Effect.scoped(Layer.build(services(sealed(1))))
      const [text = ""] = yield* columns
      const { open } = Sealing.make([yield* Effect.fromResult(Sealing.parseKey(keyOf(1)))])
      expect(text).not.toContain("whsec_")
      const opened = yield* Effect.fromResult(open(text, integrationContext(integration.id, "secret")))
      expect(Redacted.value(opened)).toBe(Redacted.value(secret))
    }).pipe(Effect.provide(database)),
  )

  it.effect("rotates: afterwards the old key is not needed, and a repetition changes nothing", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      yield* Effect.gen(function* () {
        const { create, rotateSecret } = yield* Integrations
        for (let n = 0; n < 450; n++) {
          const { integration } = yield* create("a", { url: `${url}/${n}`, events })
          if (n % 100 === 0) yield* rotateSecret("a", integration.id)
        }
      }).pipe(Effect.provide(services(sealed(1))))
      const progress: Array<number> = []
      const rotate = Effect.provide(
        rotateSealedSecrets((count) => Effect.sync(() => progress.push(count))),
        sealed(2, 1),
      )
      // Interrupted after its first batch.
      yield* rotateSealedSecrets(() => Effect.interrupt).pipe(Effect.provide(sealed(2, 1)), Effect.exit)
      const half = (yield* columns).filter((text) => text.includes(`:${idOf(2)}:`)).length
      expect(half).toBe(200)
      yield* Effect.scoped(Layer.build(services(sealed(1, 2))))

      expect(yield* rotate).toEqual({ sealed: 455 - half, damaged: 0 })
      expect(progress.at(-1)).toBe(455 - half)
      expect((yield* columns).every((text) => text.startsWith(`sealed:v1:${idOf(2)}:`))).toBe(true)
      const before = yield* columns
      expect(yield* rotate).toEqual({ sealed: 0, damaged: 0 })
      expect(yield* columns).toEqual(before)
      yield* Effect.scoped(Layer.build(services(sealed(2))))
      // Without the old key an unfinished rotation fails, and changes nothing.
      yield* sql`UPDATE espalier_sealing_probe SET sealed = 'sealed:v1:00000000:AAAA'`
      expect(yield* Effect.flip(Effect.provide(rotateSealedSecrets(), sealed(2)))).toMatchObject({
        reason: "KeyNotFound",
        keyId: "00000000",
      })
    }).pipe(Effect.provide(database)),
  )
}

describe("secrets in SQLite", () => contract(it, memory))
layer(server, { timeout: "60 seconds" })("secrets in PostgreSQL", (it) => contract(it, postgres))

describe("an integration whose secret is damaged", () => {
  it.live("receives nothing, the others do, and the log names it without the secret", () =>
    Effect.gen(function* () {
      const lines: Array<string> = []
      const logger = Logger.layer([Logger.make(({ message }) => void lines.push(JSON.stringify(message)))])
      const receiver = yield* Receiver.make
      yield* Effect.gen(function* () {
        const { create } = yield* Integrations
        const { publish } = yield* Notifications
        const { list, health } = yield* Deliveries
        const sql = yield* SqlClient.SqlClient
        const good = yield* create("a", { url: receiver.url("/good"), events })
        const bad = yield* create("a", { url: receiver.url("/bad"), events })
        // Copied from another row: whole, but of another context.
        yield* sql`UPDATE espalier_secret SET secret =
          (SELECT secret FROM espalier_secret WHERE integration_id = ${good.integration.id})
          WHERE integration_id = ${bad.integration.id}`
        yield* publish("a", enrolled("1"))
        while ((yield* list("a", { state: "delivered" })).deliveries.length === 0) yield* Effect.sleep(5)
        while (!lines.some((line) => line.includes(bad.integration.id))) yield* Effect.sleep(5)
        expect((yield* health("a")).pending).toBe(1)
        expect(receiver.received.map(({ path }) => path)).toEqual(["/good"])
        expect(lines.join()).not.toContain("sealed:v1:")
        expect(lines.join()).not.toContain(Redacted.value(good.secret).slice(6))
      }).pipe(
        Effect.provide(
          services(sealed(1), { pollInterval: "20 millis" }).pipe(
            Layer.provideMerge(Database.layer({ url: "sqlite::memory:" })),
            Layer.provide(logger),
          ),
        ),
      )
    }).pipe(Effect.scoped),
  )
})
