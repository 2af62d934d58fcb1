/**
 * The receiver kit at the other end of the real worker: what is published is handled once, whatever happens on the way.
 */

import { once } from "node:events"
import { createServer } from "node:http"
import { connect } from "node:net"
import { NodeHttpServer } from "@effect/platform-node"
import { describe, expect, it, layer, type Vitest } from "@effect/vitest"
import { memory, postgres, server, type TestDatabase } from "@espalier/testing/TestDatabase"
import { Deferred, Effect, Layer, Queue, Redacted, type Scope } from "effect"
import { HttpRouter, HttpServer } from "effect/http"
import { SqlClient } from "effect/sql"
import { TestClock } from "effect/testing"
import { Deliveries, Integrations, type WorkerOptions } from "../src/index.ts"
import { Receiver } from "../src/Receiver/index.ts"
import { publish, type Services, services, settled, start, wake, workspace } from "./DeliveryHarness.ts"
import { serve } from "./NodeReceiver.ts"
import { sqlIdempotencyStore } from "./SqlIdempotencyStore.ts"

/** A route of an Effect server on this machine, as its URL. */
const mounted = (options: Receiver.Options): Effect.Effect<string, unknown, Scope.Scope> =>
  Effect.gen(function* () {
    const app = HttpRouter.serve(Receiver.layer("/hook", options), {
      disableLogger: true,
      disableListenLog: true,
    }).pipe(Layer.provideMerge(NodeHttpServer.layer(createServer, { port: 0, host: "127.0.0.1" })))
    const { address } = yield* HttpServer.HttpServer.pipe(Effect.provide(yield* Layer.build(app)))
    return `http://127.0.0.1:${"port" in address ? address.port : 0}/hook`
  })

/** The same by the adapter that Node users are shown. */
const adapted = (options: Receiver.FetchOptions): Effect.Effect<string, unknown, Scope.Scope> =>
  Effect.gen(function* () {
    const server = yield* Effect.acquireRelease(
      Effect.sync(() => serve(options)),
      (server) => Effect.sync(() => server.closeAllConnections()),
    )
    yield* Effect.promise(() => once(server.listen(0, "127.0.0.1"), "listening"))
    const address = server.address()
    return `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}/hook`
  })

/** An integration whose URL is the endpoint that is made with its secret. */
const integrate = (endpoint: (secret: string) => Effect.Effect<string, unknown, Scope.Scope>) =>
  Effect.gen(function* () {
    const { create, edit } = yield* Integrations
    const input = { url: "http://127.0.0.1:65535/", events: ["device_enrolled"] }
    const { integration, secret } = yield* create(workspace, input)
    yield* edit(workspace, integration.id, { url: yield* endpoint(Redacted.value(secret)) })
    return { id: integration.id, secret: Redacted.value(secret) }
  })

const otherwise = () => Effect.die("nobody subscribed to it")

const contract = <R>(it: Vitest.MethodsNonLive<R>, database: TestDatabase<R>): void => {
  const test = (name: string, body: Effect.Effect<void, unknown, Services>, options?: WorkerOptions) =>
    it.effect(name, () =>
      TestClock.setTime(start).pipe(
        Effect.andThen(body),
        Effect.scoped,
        Effect.provide(Layer.provideMerge(services(options), database)),
      ),
    )

  test(
    "handles a retried event, and no duplicate of a handled one",
    Effect.gen(function* () {
      const tries = yield* Queue.unbounded<string>()
      let count = 0
      yield* integrate((secret) =>
        mounted({
          secrets: [secret],
          on: {
            device_enrolled: (event, { id, timestamp }) =>
              Effect.andThen(
                Queue.offer(tries, `${id} ${event.mdmUser.email} ${timestamp - start / 1000}`),
                ++count === 1 ? Effect.fail("not yet") : Effect.void,
              ),
            otherwise,
          },
        }),
      )
      const { id } = yield* publish("one")
      expect(yield* Queue.take(tries)).toBe(`${id} ada@example.com 0`)
      expect(yield* settled(1)).toMatchObject({ state: "pending" })
      yield* TestClock.adjust("6 seconds")
      yield* wake
      expect(yield* Queue.take(tries)).toBe(`${id} ada@example.com 6`)
      const delivered = yield* settled(2)
      expect(delivered).toMatchObject({ state: "delivered" })
      const { retry } = yield* Deliveries
      yield* retry(workspace, delivered.id)
      expect(yield* settled(3)).toMatchObject({ state: "delivered" })
      expect(count).toBe(2)
    }),
  )

  test(
    "handles an event once that takes longer than the sender waits",
    Effect.gen(function* () {
      const begun = yield* Queue.unbounded<string>()
      const goOn = yield* Deferred.make<void>()
      yield* integrate((secret) =>
        mounted({
          secrets: [secret],
          on: {
            device_enrolled: (_, { id }) => Effect.andThen(Queue.offer(begun, id), Deferred.await(goOn)),
            otherwise,
          },
        }),
      )
      yield* publish("one")
      yield* Queue.take(begun)
      const { id } = yield* settled(1)
      expect(yield* (yield* Deliveries).attempts(workspace, id)).toMatchObject([{ error: "Timeout" }])
      yield* TestClock.adjust("6 seconds")
      yield* wake
      yield* settled(2)
      yield* Deferred.succeed(goOn, undefined)
      yield* TestClock.adjust("6 minutes")
      yield* wake
      expect(yield* settled(3)).toMatchObject({ state: "delivered" })
      expect(yield* Queue.size(begun)).toBe(0)
    }),
    { timeout: "500 millis" },
  )

  test(
    "accepts the old and the new secret during a rotation",
    Effect.gen(function* () {
      const heard = yield* Queue.unbounded<string>()
      const on = (name: string) => ({ device_enrolled: () => Queue.offer(heard, name), otherwise })
      let old = ""
      const { id } = yield* integrate((secret) => {
        old = secret
        return mounted({ secrets: [secret], on: on("old") })
      })
      const { rotateSecret, edit } = yield* Integrations
      const fresh = Redacted.value((yield* rotateSecret(workspace, id)).secret)
      yield* publish("with the old")
      expect(yield* Queue.take(heard)).toBe("old")
      yield* edit(workspace, id, { url: yield* mounted({ secrets: [fresh, old], on: on("both") }) })
      yield* publish("with both")
      expect(yield* Queue.take(heard)).toBe("both")
      yield* edit(workspace, id, { url: yield* mounted({ secrets: [fresh], on: on("new") }) })
      yield* publish("with the new")
      expect(yield* Queue.take(heard)).toBe("new")
    }),
  )

  test(
    "a store over a database commits the id with what the handler wrote, or neither",
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      yield* sql`CREATE TABLE seen (id text PRIMARY KEY, at timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP)`
      yield* sql`CREATE TABLE device (name text NOT NULL)`
      const store = yield* sqlIdempotencyStore
      const enroll = (name: string) => Effect.asVoid(sql`INSERT INTO device (name) VALUES (${name})`)
      const names = Effect.map(sql<{ readonly name: string }>`SELECT name FROM device ORDER BY name`, (rows) =>
        rows.map(({ name }) => name),
      )
      yield* Effect.flip(store.runOnce("a", Effect.andThen(enroll("a"), Effect.fail("no"))))
      expect(yield* names).toEqual([])
      const outcomes = yield* Effect.all(
        ["a", "a", "b", "a"].map((id) => store.runOnce(id, enroll(id))),
        { concurrency: "unbounded" },
      )
      expect(outcomes.toSorted()).toEqual(["Duplicate", "Duplicate", "Handled", "Handled"])
      expect(yield* names).toEqual(["a", "b"])
      // A new process has the same table.
      expect(yield* (yield* sqlIdempotencyStore).runOnce("b", Effect.die("handled before"))).toBe("Duplicate")
    }),
  )
}

describe("SQLite", () => contract(it, memory))
layer(server)("PostgreSQL", (it) => contract(it, postgres))

describe("an endpoint with promises", () => {
  it.effect("works behind Node's server, for a signed and for a forged event", () =>
    Effect.gen(function* () {
      // It reads the machine's clock.
      yield* TestClock.setTime(Date.now())
      const heard = yield* Queue.unbounded<string>()
      let url = ""
      yield* integrate((secret) =>
        Effect.tap(
          adapted({
            secrets: [secret],
            on: { device_enrolled: (_, { id }) => void Queue.offerUnsafe(heard, id), otherwise: () => undefined },
          }),
          (at) => Effect.sync(() => (url = at)),
        ),
      )
      const { id } = yield* publish("one")
      expect(yield* Queue.take(heard)).toBe(id)
      expect(yield* settled(1)).toMatchObject({ state: "delivered", attempts: 1 })
      const post = (init: RequestInit) => Effect.promise(async () => (await fetch(url, init)).status)
      expect(yield* post({ method: "POST", body: "{}", headers: { "webhook-id": id } })).toBe(401)
      expect(yield* post({ method: "POST", body: "x".repeat(400_000) })).toBe(413)
      expect(yield* post({})).toBe(405)
      // What a stranger sends stops nobody.
      for (const raw of [
        "GET // HTTP/1.1\r\nhost: a\r\n\r\n",
        "TRACE / HTTP/1.1\r\nhost: a\r\nx: \xff\r\nset-cookie: a=1\r\nset-cookie: b=2\r\n\r\n",
        "POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 100\r\n\r\nhalf",
      ]) {
        const socket = connect(Number(new URL(url).port), "127.0.0.1", () => socket.end(raw, "latin1"))
        yield* Effect.promise(() => once(socket.resume(), "close"))
      }
      yield* publish("two")
      expect(yield* Queue.take(heard)).not.toBe(id)
    }).pipe(Effect.scoped, Effect.provide(Layer.provideMerge(services(), memory))),
  )
})
