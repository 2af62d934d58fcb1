/**
 * What tests of deliveries share: everything over one database and one clock, at the beginning of 2026, and a receiver beside it.
 */
import type { Vitest } from "@effect/vitest"
import { enrolled } from "@espalier/testing/Events"
import * as Sealing from "@espalier/testing/Sealing"
import type { TestDatabase } from "@espalier/testing/TestDatabase"
import * as Receiver from "@espalier/testing/WebhookReceiver"
import { Effect, Layer, Redacted, type Scope } from "effect"
import type { SqlClient } from "effect/sql"
import { TestClock } from "effect/testing"
import * as AddressGuard from "../src/Addresses/AddressGuard.ts"
import * as Publish from "../src/Events/Publish.ts"
import { Deliveries, Integrations, migrate, Notifications, type WorkerOptions } from "../src/index.ts"
import * as GroupCommit from "../src/Storage/GroupCommit.ts"
import * as DeliveryWorker from "../src/Worker/DeliveryWorker.ts"
import * as Wakeup from "../src/Worker/Wakeup.ts"

/** `publish` without the rest of `Notifications.layer`. */
export const publishing = Layer.effect(
  Notifications,
  Effect.map(Publish.make, (publish) => ({ publish })),
)

/** When each test begins, in Unix milliseconds. */
export const start = Date.UTC(2026, 0, 1)

export const guard = AddressGuard.layer({ allow: ["127.0.0.0/8"], allowHttp: true })

export const services = (options: WorkerOptions = {}) =>
  DeliveryWorker.layer({ pollInterval: "30 days", ...options }).pipe(
    Layer.provideMerge(Layer.mergeAll(Integrations.layer, publishing, Deliveries.layer)),
    Layer.provideMerge(Layer.merge(Wakeup.layer, GroupCommit.layer)),
    Layer.provide(Layer.merge(guard, Sealing.layer)),
    Layer.provide(Layer.effectDiscard(migrate)),
    Layer.orDie,
  )

export type Services =
  | Integrations
  | Notifications
  | Deliveries
  | Wakeup.Wakeup
  | GroupCommit.GroupCommit
  | SqlClient.SqlClient
  | Scope.Scope

export const workspace = "a"

/** An integration for `device_enrolled` at a path of the receiver. */
export const integrate = (receiver: Receiver.Receiver, path = "/") =>
  Effect.gen(function* () {
    const { create } = yield* Integrations
    const { integration, secret } = yield* create(workspace, { url: receiver.url(path), events: ["device_enrolled"] })
    return { id: integration.id, secret: Redacted.value(secret) }
  })

export const publish = (name: string) =>
  Effect.flatMap(Notifications, (notifications) => notifications.publish(workspace, enrolled(name)))

/** Waits, in real time, until the only delivery has had this many attempts, and gives it. */
export const settled = (attempts: number) =>
  Effect.gen(function* () {
    const { list } = yield* Deliveries
    for (;;) {
      const [delivery] = (yield* list(workspace)).deliveries
      if (delivery !== undefined && delivery.attempts >= attempts) return delivery
      yield* TestClock.withLive(Effect.sleep(2))
    }
  })

export const wake = Effect.flatMap(Wakeup.Wakeup, (wakeup) => wakeup.wake)

/** Runs tests of deliveries over a database, each with a fresh one. */
export const tester =
  <R>(it: Vitest.MethodsNonLive<R>, database: TestDatabase<R>) =>
  <E>(
    name: string,
    body: (receiver: Receiver.Receiver) => Effect.Effect<void, E, Services>,
    options?: WorkerOptions,
  ): void =>
    it.effect(name, () =>
      Effect.gen(function* () {
        yield* TestClock.setTime(start)
        const receiver = yield* Receiver.make
        yield* Effect.provide(body(receiver), Layer.provideMerge(services(options), database))
      }).pipe(Effect.scoped),
    )
