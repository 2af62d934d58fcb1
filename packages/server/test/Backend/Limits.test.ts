/**
 * What a slow, dead or broken backend cannot do to the server: time, number of calls, and the circuit. The clock is the test's.
 */
import type { ServerResponse } from "node:http"
import { describe, expect, it } from "@effect/vitest"
import { Effect, Fiber, Metric, Result } from "effect"
import { TestClock } from "effect/testing"
import { checkOut, client, http, json, type Listening, scope, tcp, tokens } from "./OddBackend.ts"

/** Waits until the backend has received so many requests: a signal of the real world, so no clock is involved. */
const heard = (backend: Listening, requests: number) =>
  Effect.callback<void>((resume) => {
    const look = () => (backend.received.length >= requests ? resume(Effect.void) : setImmediate(look))
    look()
  })

/** A backend that answers only when told. */
const holding = Effect.gen(function* () {
  const held: Array<ServerResponse> = []
  const backend = yield* http((response) => held.push(response))
  const release = Effect.sync(() => {
    for (const response of held.splice(0)) json(response, 200, tokens)
  })
  return { backend, release }
})

describe("the time-out", () => {
  it.effect("ends a call to a backend that never answers", () =>
    Effect.gen(function* () {
      const { backend } = yield* holding
      const calls = yield* client(backend, { retries: 2 })
      const call = yield* Effect.forkChild(Effect.flip(calls.declarationTokens({ scope })))
      yield* heard(backend, 1)
      yield* TestClock.adjust("14999 millis")
      expect(call.pollUnsafe()).toBeUndefined()
      yield* TestClock.adjust("1 millis")
      expect(yield* Fiber.join(call)).toMatchObject({ _tag: "BackendUnavailable", reason: "Timeout" })
      expect(backend.received).toHaveLength(1)
    }),
  )

  it.live("ends a body that drips", () =>
    Effect.gen(function* () {
      const backend = yield* http((response) => {
        response.writeHead(200, { "content-type": "application/json" })
        const drip = setInterval(() => response.write(" "), 10)
        response.on("close", () => clearInterval(drip))
      })
      const calls = yield* client(backend, { timeout: "200 millis" })
      expect(yield* Effect.flip(calls.checkin({ scope }))).toMatchObject({ reason: "Timeout" })
    }),
  )

  it.live("spans all tries", () =>
    Effect.gen(function* () {
      const backend = yield* http((response) => response.writeHead(503).end())
      const calls = yield* client(backend, { timeout: "400 millis", retries: 1000 })
      const startedAt = performance.now()
      yield* Effect.flip(calls.declarationTokens({ scope }))
      expect(performance.now() - startedAt).toBeLessThan(1000)
      expect(backend.received.length).toBeGreaterThan(1)
    }),
  )

  it.live("of connecting ends a TLS handshake that goes nowhere", () =>
    Effect.gen(function* () {
      const backend = yield* tcp(() => {})
      const calls = yield* client(
        { ...backend, url: backend.url.replace("http:", "https:") },
        { connectTimeout: "100 millis" },
      )
      const error = yield* Effect.flip(calls.checkin({ scope }))
      expect(error).toMatchObject({ reason: "Unreachable" })
      expect(error.message).toContain("UND_ERR_CONNECT_TIMEOUT")
    }),
  )

  it.effect("is no concern of a call that was interrupted: its connection is closed", () =>
    Effect.gen(function* () {
      const closed = Promise.withResolvers<void>()
      const backend = yield* http((response) => response.on("close", () => closed.resolve()))
      const call = yield* Effect.forkChild((yield* client(backend)).checkin({ scope }))
      yield* heard(backend, 1)
      yield* Fiber.interrupt(call)
      yield* Effect.promise(() => closed.promise)
    }),
  )
})

it.live("an answer that is not read to its end has its connection closed", () =>
  Effect.gen(function* () {
    const closed = Promise.withResolvers<void>()
    const backend = yield* http((response) => {
      response.on("close", () => closed.resolve())
      response.writeHead(200, { "content-type": "application/json", "content-length": 1e9 }).write("{")
    })
    expect(yield* Effect.flip((yield* client(backend)).checkin({ scope }))).toMatchObject({ reason: "TooLarge" })
    yield* Effect.promise(() => closed.promise)
  }),
)

describe("the number of calls", () => {
  it.effect("under way is bounded, the rest waits its turn", () =>
    Effect.gen(function* () {
      const { backend, release } = yield* holding
      const calls = yield* client(backend, { concurrency: 3, queue: 4 })
      const all = yield* Effect.forkChild(
        Effect.all(
          Array.from({ length: 7 }, () => calls.declarationTokens({ scope })),
          { concurrency: "unbounded" },
        ),
      )
      for (const expected of [3, 6, 7]) {
        yield* heard(backend, expected)
        // Whatever else were on its way would be here after a round trip of another connection.
        yield* Effect.scoped(
          Effect.flatMap(
            http((response) => json(response, 200, tokens)),
            (other) => Effect.flatMap(client(other), (otherCalls) => otherCalls.declarationTokens({ scope })),
          ),
        )
        expect(backend.received).toHaveLength(expected)
        yield* release
      }
      expect(yield* Fiber.join(all)).toHaveLength(7)
      expect(backend.connections()).toBeLessThanOrEqual(3)
    }),
  )

  it.effect("waiting is bounded: more are told at once", () =>
    Effect.gen(function* () {
      const { backend, release } = yield* holding
      const calls = yield* client(backend, { concurrency: 1, queue: 1 })
      const first = yield* Effect.forkChild(calls.declarationTokens({ scope }))
      yield* heard(backend, 1)
      const second = yield* Effect.forkChild(calls.declarationTokens({ scope }), { startImmediately: true })
      const third = yield* Effect.result(calls.declarationTokens({ scope }))
      expect(Result.isFailure(third) && third.failure).toMatchObject({ reason: "Overloaded" })
      yield* release
      yield* Fiber.join(first)
      yield* heard(backend, 2)
      yield* release
      expect(yield* Fiber.join(second)).toEqual(tokens)
    }),
  )

  it.effect("waiting gives up after half the time-out, without having been sent", () =>
    Effect.gen(function* () {
      const { backend, release } = yield* holding
      const calls = yield* client(backend, { concurrency: 1 })
      const ask = calls.declarationTokens({ scope })
      const first = yield* Effect.forkChild(ask)
      yield* heard(backend, 1)
      const second = yield* Effect.forkChild(Effect.flip(ask), { startImmediately: true })
      yield* TestClock.adjust("7500 millis")
      expect(yield* Fiber.join(second)).toMatchObject({ _tag: "BackendUnavailable", reason: "Overloaded" })
      yield* release
      expect(yield* Fiber.join(first)).toEqual(tokens)
      expect(backend.received).toHaveLength(1)
    }),
  )

  it.effect("a caller that goes away while it waits gives its place to the next", () =>
    Effect.gen(function* () {
      const { backend, release } = yield* holding
      const calls = yield* client(backend, { concurrency: 1, queue: 1 })
      const ask = calls.declarationTokens({ scope })
      const first = yield* Effect.forkChild(ask)
      yield* heard(backend, 1)
      for (let turn = 0; turn < 3; turn++) {
        yield* Fiber.interrupt(yield* Effect.forkChild(ask, { startImmediately: true }))
      }
      const next = yield* Effect.forkChild(ask, { startImmediately: true })
      yield* release
      yield* heard(backend, 2)
      yield* release
      expect(yield* Fiber.join(first)).toEqual(tokens)
      expect(yield* Fiber.join(next)).toEqual(tokens)
    }),
  )
})

describe("the circuit", () => {
  const circuitBreaker = { failures: 2, openFor: "10 seconds" } as const
  const failing = () => {
    let status = 500
    return {
      answer: (response: ServerResponse) =>
        status === 200 ? json(response, 200, tokens) : response.writeHead(status).end(),
      become: (next: number) => {
        status = next
      },
    }
  }

  it.effect("opens after failures in a row, lets one call try, and closes when it succeeds", () =>
    Effect.gen(function* () {
      const { answer, become } = failing()
      const backend = yield* http(answer)
      const calls = yield* client(backend, { circuitBreaker })
      const ask = calls.declarationTokens({ scope })
      expect(yield* Effect.flip(ask)).toMatchObject({ _tag: "InternalServerError" })
      expect(yield* Effect.flip(ask)).toMatchObject({ _tag: "InternalServerError" })
      yield* TestClock.adjust("4 seconds")
      const open = yield* Effect.flip(ask)
      expect(open).toMatchObject({ _tag: "BackendUnavailable", reason: "CircuitOpen", retryAfter: 6 })
      expect(open.message).toContain("InternalServerError")
      expect(backend.received).toHaveLength(2)
      yield* TestClock.adjust("6 seconds")
      expect(yield* Effect.flip(ask)).toMatchObject({ _tag: "InternalServerError" })
      expect(yield* Effect.flip(ask)).toMatchObject({ reason: "CircuitOpen", retryAfter: 10 })
      become(200)
      yield* TestClock.adjust("10 seconds")
      expect(yield* ask).toEqual(tokens)
      expect(yield* ask).toEqual(tokens)
    }),
  )

  it.effect("opens for as long as a Retry-After asks, up to a minute", () =>
    Effect.gen(function* () {
      const backend = yield* http((response) => response.writeHead(503, { "retry-after": "600" }).end())
      const calls = yield* client(backend, { circuitBreaker: { failures: 1 } })
      yield* Effect.flip(calls.event(checkOut))
      expect(yield* Effect.flip(calls.event(checkOut))).toMatchObject({ reason: "CircuitOpen", retryAfter: 60 })
    }),
  )

  it.effect.each([
    [404, "UnknownDevice"],
    [410, "ServerInitiatedUnenrollment"],
    [501, "ManagementNotSupported"],
  ] as const)("stays closed while the backend answers %i with %s", ([status, _tag]) =>
    Effect.gen(function* () {
      const backend = yield* http((response) => json(response, status, { _tag }))
      const calls = yield* client(backend, { circuitBreaker })
      for (let turn = 0; turn < 5; turn++) yield* Effect.flip(calls.declarationTokens({ scope }))
      expect(backend.received).toHaveLength(5)
    }),
  )

  it.effect.each([404, 410])("opens when a proxy answers a bare %i", (status) =>
    Effect.gen(function* () {
      const { answer, become } = failing()
      become(status)
      const backend = yield* http(answer)
      const calls = yield* client(backend, { circuitBreaker })
      for (let turn = 0; turn < 5; turn++) yield* Effect.flip(calls.declarationTokens({ scope }))
      expect(backend.received).toHaveLength(circuitBreaker.failures)
    }),
  )
})

it.effect("calls are counted by webhook and outcome", () =>
  Effect.gen(function* () {
    const backend = yield* http((response, turn) =>
      turn === 1
        ? json(response, 200, tokens)
        : turn === 2
          ? response.writeHead(503).end()
          : json(response, 404, { _tag: "UnknownDevice" }),
    )
    const calls = yield* client(backend)
    for (let turn = 0; turn < 3; turn++) yield* Effect.result(calls.declarationTokens({ scope }))
    const counted = (yield* Metric.snapshot).filter(({ id }) => id === "espalier_backend_calls_total")
    expect(counted.map(({ attributes }) => attributes)).toEqual([
      { webhook: "declarationTokens", outcome: "success" },
      { webhook: "declarationTokens", outcome: "bad_status" },
      { webhook: "declarationTokens", outcome: "unknown_device" },
    ])
  }).pipe(Effect.provideService(Metric.MetricRegistry, new Map())),
)
