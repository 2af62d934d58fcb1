/**
 * Events that are published at the same time share statements, and nothing else: each has its own workspace, key and failure.
 */
import { describe, expect, it, layer, type Vitest } from "@effect/vitest"
import { WebhookId } from "@espalier/signing"
import { enrolled } from "@espalier/testing/Events"
import * as Sealing from "@espalier/testing/Sealing"
import { memory, postgres, server, type TestDatabase } from "@espalier/testing/TestDatabase"
import { Effect, Layer } from "effect"
import { TestClock } from "effect/testing"
import * as AddressGuard from "../src/Addresses/AddressGuard.ts"
import { Deliveries, Integrations, migrate, Notifications } from "../src/index.ts"
import * as GroupCommit from "../src/Storage/GroupCommit.ts"
import * as Wakeup from "../src/Worker/Wakeup.ts"
import { publishing } from "./DeliveryHarness.ts"

const services = Layer.mergeAll(Integrations.layer, publishing, Deliveries.layer).pipe(
  Layer.provide(
    Layer.mergeAll(
      Sealing.layer,
      Wakeup.layer,
      GroupCommit.layer,
      AddressGuard.layer({ allow: ["127.0.0.0/8"], allowHttp: true }),
    ),
  ),
  Layer.provide(Layer.effectDiscard(migrate)),
  Layer.orDie,
)

const contract = <R>(it: Vitest.MethodsNonLive<R>, database: TestDatabase<R>): void => {
  it.effect("publishes many events at the same time, each on its own terms", () =>
    Effect.gen(function* () {
      const { create } = yield* Integrations
      const { publish } = yield* Notifications
      const { list } = yield* Deliveries
      for (const path of ["1", "2"]) {
        yield* create("a", { url: `http://127.0.0.1/${path}`, events: ["device_enrolled"] })
      }
      yield* create("b", { url: "http://127.0.0.1/3", events: ["device_enrolled"] })
      yield* create("b", { url: "http://127.0.0.1/4", events: ["inventory_item"] })

      const say = (workspace: string, name: string, idempotencyKey?: string) =>
        publish(workspace, enrolled(name), { idempotencyKey }).pipe(
          Effect.map(({ deliveries, duplicate }) => (duplicate ? "duplicate" : deliveries)),
          Effect.catch(({ _tag }) => Effect.succeed(_tag)),
        )
      const said = yield* Effect.all(
        [
          say("a", "one"),
          say("b", "one"),
          say("c", "one"),
          say("a", "keyed", "key"),
          say("a", "keyed", "key"),
          say("a", "another", "key"),
          say("b", "keyed", "key"),
          say("a", "three", "half \ud800 a pair"),
          say("a", "four", "\0"),
          say("a", "O'Brien \"\u0000\ud83d\ude00\\\n", "☃"),
        ],
        { concurrency: "unbounded" },
      )
      expect(said).toEqual([
        2,
        1,
        0,
        2,
        "duplicate",
        "IdempotencyKeyConflict",
        1,
        "InvalidIdempotencyKey",
        "InvalidIdempotencyKey",
        2,
      ])

      const [latest] = (yield* list("a")).deliveries
      const { get } = yield* Deliveries
      expect(JSON.parse((yield* get("a", latest?.id ?? 0)).body)).toEqual(enrolled("O'Brien \"\u0000\ud83d\ude00\\\n"))
    }).pipe(Effect.provide(Layer.provideMerge(services, database))),
  )
}

describe("SQLite", () => contract(it, memory))
layer(server)("PostgreSQL", (it) => contract(it, postgres))

it.effect("sorts the newest id last", () =>
  Effect.gen(function* () {
    const { publish } = yield* Notifications
    const ids: Array<string> = []
    for (let index = 0; index < 300; index++) {
      yield* TestClock.adjust(1)
      ids.push((yield* publish("a", enrolled("one"))).id)
    }
    expect(ids).toEqual(ids.toSorted())
    expect(new Set(ids.map((id) => id.slice(-16))).size).toBe(300)
    expect(ids.every((id) => WebhookId.isWebhookId(id))).toBe(true)
  }).pipe(Effect.provide(Layer.provideMerge(services, memory))),
)
