/**
 * Integrations and publishing mean the same over SQLite and PostgreSQL.
 */

import { describe, expect, it, layer, type Vitest } from "@effect/vitest"
import { Secret } from "@espalier/signing"
import { Sealing } from "@espalier/sql"
import { enrolled } from "@espalier/testing/Events"
import { layer as sealing } from "@espalier/testing/Sealing"
import { memory, postgres, server, type TestDatabase } from "@espalier/testing/TestDatabase"
import { Effect, Layer, Redacted, Result } from "effect"
import { SqlClient } from "effect/sql"
import { TestClock } from "effect/testing"
import * as AddressGuard from "../src/Addresses/AddressGuard.ts"
import { Integrations, migrate, Notifications } from "../src/index.ts"
import * as GroupCommit from "../src/Storage/GroupCommit.ts"
import { integrationContext } from "../src/Storage/SealedSecrets.ts"
import * as Wakeup from "../src/Worker/Wakeup.ts"
import { publishing } from "./DeliveryHarness.ts"

const address = { address: "93.184.215.14", family: 4 } as const
const services = Layer.mergeAll(Integrations.layer, publishing).pipe(
  Layer.provideMerge(Layer.effectDiscard(migrate)),
  Layer.provide(Layer.merge(Wakeup.layer, GroupCommit.layer)),
  Layer.provideMerge(sealing),
  Layer.provide(
    AddressGuard.layer({
      resolve: (name) =>
        Promise.resolve([name === "inside.example.com" ? { address: "10.0.0.1", family: 4 } : address]),
    }),
  ),
)
const url = "https://hooks.example.com/mdm"

const contract = <R>(it: Vitest.MethodsNonLive<R>, database: TestDatabase<R>): void => {
  const test = <E>(
    name: string,
    body: Effect.Effect<void, E, Integrations | Notifications | Sealing.Sealing | SqlClient.SqlClient>,
  ) => it.effect(name, () => Effect.provide(body, Layer.provideMerge(services, database)))

  test(
    "creates, lists, reads, edits and deletes, for the workspace only",
    Effect.gen(function* () {
      const integrations = yield* Integrations
      yield* TestClock.setTime(1000)
      const { integration } = yield* integrations.create("a", { url, events: ["device_enrolled"] })
      expect(integration).toEqual({
        id: expect.stringMatching(/^int_[\w-]{16}$/),
        workspace: "a",
        type: "webhook",
        url,
        events: ["device_enrolled"],
        enabled: true,
        createdAt: 1000,
        updatedAt: 1000,
      })
      const { id } = integration
      expect(yield* integrations.list("a")).toEqual([integration])
      expect(yield* integrations.get("a", id)).toEqual(integration)
      expect(yield* integrations.list("b")).toEqual([])
      for (const call of [
        integrations.get("b", id),
        integrations.edit("b", id, { events: ["inventory_item"] }),
        integrations.enable("b", id),
        integrations.disable("b", id),
        integrations.rotateSecret("b", id),
        integrations.delete("b", id),
      ]) {
        expect((yield* Effect.flip(call))._tag).toBe("IntegrationNotFound")
      }
      yield* TestClock.setTime(2000)
      const edited = yield* integrations.edit("a", id, { events: ["inventory_item", "device_enrolled"] })
      expect(edited).toEqual({ ...integration, events: ["inventory_item", "device_enrolled"], updatedAt: 2000 })
      yield* integrations.delete("a", id)
      expect(yield* integrations.list("a")).toEqual([])
    }),
  )

  test(
    "has an error for each invalid input",
    Effect.gen(function* () {
      const integrations = yield* Integrations
      const events = ["device_enrolled"]
      const { integration } = yield* integrations.create("a", { url, events })
      const other = yield* integrations.create("a", { url: "https://other.example.com", events })
      const refusals = [
        [{ url: "http://hooks.example.com", events }, "InvalidUrl", "Scheme"],
        [{ url: "nonsense", events }, "InvalidUrl", "NotAUrl"],
        [{ url: "https://127.0.0.1", events }, "InvalidAddress", "loopback"],
        [{ url: "https://inside.example.com", events }, "InvalidAddress", "private"],
        [{ url, events: [] }, "InvalidSubscriptions", "None"],
        [{ url, events: ["device_enrolled", "all"] }, "InvalidSubscriptions", "Unknown"],
        [{ url, events: ["device_enrolled", "device_enrolled"] }, "InvalidSubscriptions", "Duplicate"],
        [{ url: "https://HOOKS.example.com:443/mdm", events }, "IntegrationConflict", integration.id],
      ] as const
      for (const [input, tag, reason] of refusals) {
        const created = yield* Effect.flip(integrations.create("a", input))
        const edited = yield* Effect.flip(integrations.edit("a", other.integration.id, input))
        for (const error of [created, edited]) {
          expect(error).toMatchObject({ _tag: tag })
          expect(Object.values(error)).toContain(reason)
        }
      }
      // The other's URL is no conflict with itself, nor with another workspace's.
      yield* integrations.edit("a", integration.id, { url })
      yield* integrations.create("b", { url, events })
    }),
  )

  test(
    "returns a secret once, and keeps the previous one for a day",
    Effect.gen(function* () {
      const integrations = yield* Integrations
      const sql = yield* SqlClient.SqlClient
      const { integration, secret } = yield* integrations.create("a", { url, events: ["device_enrolled"] })
      expect(Secret.parseSigning(Redacted.value(secret))._tag).toBe("Success")
      expect(JSON.stringify(yield* integrations.get("a", integration.id))).not.toContain("whsec_")
      yield* TestClock.setTime(5000)
      const rotated = yield* integrations.rotateSecret("a", integration.id)
      expect(Redacted.value(rotated.secret)).not.toBe(Redacted.value(secret))
      const rows = yield* sql<{ readonly secret: string; readonly expires_at: number | null }>`
        SELECT secret, expires_at FROM espalier_secret ORDER BY id`
      const { open } = yield* Sealing.Sealing
      const opened = rows.map((row) => ({
        ...row,
        secret: Redacted.value(Result.getOrThrow(open(row.secret, integrationContext(integration.id, "secret")))),
      }))
      expect(opened).toEqual([
        { secret: Redacted.value(secret), expires_at: 5000 + 86_400_000 },
        { secret: Redacted.value(rotated.secret), expires_at: null },
      ])
    }),
  )

  test(
    "publishes to the enabled integrations of the workspace that subscribe to the event",
    Effect.gen(function* () {
      const integrations = yield* Integrations
      const { publish } = yield* Notifications
      const sql = yield* SqlClient.SqlClient
      const create = (workspace: string, host: string, ...events: ReadonlyArray<string>) =>
        Effect.map(
          integrations.create(workspace, { url: `https://${host}.example.com`, events }),
          (_) => _.integration.id,
        )
      const one = yield* create("a", "one", "device_enrolled")
      const two = yield* create("a", "two", "inventory_item", "device_enrolled")
      yield* create("a", "three", "device_added_mdm_user")
      const off = yield* create("a", "off", "device_enrolled")
      yield* create("b", "one", "device_enrolled")
      expect(yield* integrations.disable("a", off)).toMatchObject({ enabled: false, disabledReason: "Asked" })
      const published = yield* publish("a", enrolled("1"))
      expect(published).toEqual({ id: expect.stringMatching(/^msg_/), deliveries: 2, duplicate: false })
      const rows = yield* sql<{ integration_id: string }>`SELECT integration_id FROM espalier_delivery`
      expect(rows.map((row) => row.integration_id).sort()).toEqual([one, two].sort())
      expect(yield* integrations.enable("a", off)).toMatchObject({ enabled: true })
      expect((yield* publish("a", enrolled("2"))).deliveries).toBe(3)
      expect((yield* publish("nobody", enrolled("2"))).deliveries).toBe(0)
    }),
  )

  test(
    "publishes once for an idempotency key",
    Effect.gen(function* () {
      const integrations = yield* Integrations
      const { publish } = yield* Notifications
      yield* integrations.create("a", { url, events: ["device_enrolled"] })
      const first = yield* publish("a", enrolled("1"), { idempotencyKey: "k" })
      const all = yield* Effect.all(
        Array.from({ length: 10 }, () => publish("a", enrolled("1"), { idempotencyKey: "k" })),
        { concurrency: "unbounded" },
      )
      for (const again of all) expect(again).toEqual({ ...first, duplicate: true })
      const racing = yield* Effect.all(
        Array.from({ length: 10 }, () => publish("a", enrolled("1"), { idempotencyKey: "race" })),
        { concurrency: "unbounded" },
      )
      expect(racing.filter(({ duplicate }) => !duplicate).length).toBe(1)
      expect(new Set(racing.map(({ id }) => id)).size).toBe(1)
      expect(yield* Effect.flip(publish("a", enrolled("2"), { idempotencyKey: "k" }))).toMatchObject({
        _tag: "IdempotencyKeyConflict",
      })
      expect(yield* publish("b", enrolled("2"), { idempotencyKey: "k" })).toMatchObject({ duplicate: false })
      expect(yield* publish("a", enrolled("1"))).toMatchObject({ duplicate: false })
    }),
  )

  test(
    "rejects an invalid event",
    Effect.gen(function* () {
      const { publish } = yield* Notifications
      const reason = (call: ReturnType<typeof publish>) =>
        Effect.map(Effect.flip(call), (error) => ("reason" in error ? error.reason : error._tag))
      const { organization } = enrolled("1")
      const action = "apple_push_certification_renovation"
      expect(yield* reason(publish("a", { action, organization, numDays: "soon", appleId: "a" }))).toBe("Invalid")
      expect(yield* reason(publish("a", enrolled("x".repeat(300_000))))).toBe("TooLarge")
      expect(yield* reason(publish("a", enrolled("1"), { idempotencyKey: "" }))).toBe("InvalidIdempotencyKey")
      expect(yield* reason(publish("a", enrolled("1"), { idempotencyKey: "k".repeat(256) }))).toBe(
        "InvalidIdempotencyKey",
      )
    }),
  )
}

describe("SQLite", () => contract(it, memory))
layer(server)("PostgreSQL", (it) => contract(it, postgres))
