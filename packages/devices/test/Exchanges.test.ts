/**
 * The stream of exchanges as a browser's `EventSource` reads it: what is kept, then each new exchange, with ids to reconnect.
 */
import { describe, expect, it } from "@effect/vitest"
import type { Exchange } from "@espalier/schema"
import { Effect, Exit, Layer, Schema, Scope, Stream } from "effect"
import { ExchangeEvent, ExchangeLog } from "../src/index.ts"
import { api, Backend, running, send } from "./support/Running.ts"

const decode = Schema.decodeUnknownSync(ExchangeEvent)

/** A server-sent event: id, type, data, an empty line. */
const eventIn = (block: string) => {
  const fields = new Map(
    block.split("\n").map((line): [string, string] => [line.split(":", 1)[0] ?? "", line.replace(/^\w*: ?/, "")]),
  )
  const id = fields.get("id")
  return decode({
    event: fields.get("event") ?? "message",
    data: fields.get("data"),
    ...(id === undefined ? {} : { id }),
  })
}

/** Opens a stream. `next` returns its next event, `undefined` at the end. */
const open = Effect.fnUntraced(function* (query = "", headers: Record<string, string> = {}) {
  const backend = yield* Backend
  const url = `${backend.url}${api}/exchanges${query}`
  const abort = new AbortController()
  yield* Effect.addFinalizer(() => Effect.sync(() => abort.abort()))
  const response = yield* Effect.promise(() =>
    fetch(url, { headers: { authorization: `Bearer ${backend.apiKey}`, ...headers }, signal: abort.signal }),
  )
  expect(response.headers.get("content-type")).toMatch(/^text\/event-stream/)
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
  let buffered = ""
  const next = Effect.promise(async () => {
    for (;;) {
      const end = buffered.indexOf("\n\n")
      if (end !== -1) {
        const event = eventIn(buffered.slice(0, end))
        buffered = buffered.slice(end + 2)
        return event
      }
      const piece = await reader?.read()
      if (piece === undefined || piece.done) return undefined
      buffered += piece.value
    }
  })
  expect(yield* next).toEqual({ event: "heartbeat", data: "" })
  const ids = (count: number) =>
    Effect.replicateEffect(
      Effect.map(next, (event) => (event?.event === "message" ? event.id : "none")),
      count,
    )
  return { next, ids }
})

const exchange = (id: string, udid = "D1"): Exchange => ({
  id,
  at: 0,
  duration: 1,
  message: "Idle",
  udid,
  method: "PUT",
  path: "/mdm/apple/mdm",
  calls: [],
  status: 200,
})
const record = Effect.fnUntraced(function* (...exchanges: ReadonlyArray<Exchange>) {
  const traffic = yield* ExchangeLog
  for (const one of exchanges) yield* traffic.record(one)
})
const numbered = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => exchange(`x-${from + index}`))
const idsOf = (exchanges: ReadonlyArray<Exchange>) => exchanges.map(({ id }) => id)

describe("the exchange stream", () => {
  it.live("sends the kept exchanges, then each new one, with their ids", () =>
    Effect.gen(function* () {
      yield* record(exchange("x-1"), exchange("x-2"))
      const { next, ids } = yield* open()
      expect(yield* next).toEqual({ event: "message", id: "x-1", data: exchange("x-1") })
      expect(yield* ids(1)).toEqual(["x-2"])
      yield* record(exchange("x-3"))
      expect(yield* ids(1)).toEqual(["x-3"])
    }).pipe(Effect.scoped, Effect.provide(running)),
  )

  it.live("sends only the exchanges of one device on request", () =>
    Effect.gen(function* () {
      yield* record(exchange("x-1"), exchange("x-2", "D2"), exchange("x-3"))
      const { ids } = yield* open("?udid=D2")
      yield* record(exchange("x-4"), exchange("x-5", "D2"))
      expect(yield* ids(2)).toEqual(["x-2", "x-5"])
    }).pipe(Effect.scoped, Effect.provide(running)),
  )

  it.live(
    "continues after the last event that the client received, or with everything kept if that event is unknown",
    () =>
      Effect.gen(function* () {
        yield* record(...numbered(1, 3))
        const resumed = yield* open("", { "last-event-id": "x-2" })
        expect(yield* resumed.ids(1)).toEqual(["x-3"])
        const unknown = yield* open("", { "last-event-id": "w-17" })
        expect(yield* unknown.ids(3)).toEqual(["x-1", "x-2", "x-3"])
      }).pipe(Effect.scoped, Effect.provide(running)),
  )

  it.live("requires a key", () =>
    Effect.gen(function* () {
      expect((yield* send("GET", `${api}/exchanges`, undefined, { authorization: "" })).status).toBe(401)
    }).pipe(Effect.provide(running)),
  )

  it.live("ends all streams before the process stops", () =>
    Effect.gen(function* () {
      const scope = yield* Scope.make()
      const context = yield* Layer.buildWithScope(running, scope)
      const streams = yield* Effect.provide(Effect.all([open(), open()]), context)
      const startedAt = Date.now()
      yield* Scope.close(scope, Exit.void)
      expect(Date.now() - startedAt).toBeLessThan(1500)
      for (const { next } of streams) expect(yield* next).toBeUndefined()
    }).pipe(Effect.scoped),
  )
})

describe("the exchange log", () => {
  const kept = Effect.flatMap(ExchangeLog, (traffic) =>
    traffic.stream({}).pipe(
      Stream.takeUntil(({ id }) => id === "last"),
      Stream.runCollect,
    ),
  )

  it.effect("keeps the last 500 exchanges", () =>
    Effect.gen(function* () {
      yield* record(...numbered(1, 600), exchange("last"))
      expect(idsOf(yield* kept)).toEqual([...idsOf(numbered(102, 600)), "last"])
    }).pipe(Effect.provide(ExchangeLog.layerMemory)),
  )

  it.effect("keeps at most 16 MiB of large exchanges", () =>
    Effect.gen(function* () {
      const large = numbered(1, 40).map((one) => ({
        ...one,
        request: { contentType: "x", size: 1, text: "x".repeat(1_000_000) },
      }))
      yield* record(...large, exchange("last"))
      expect(idsOf(yield* kept)).toEqual([...idsOf(numbered(25, 40)), "last"])
    }).pipe(Effect.provide(ExchangeLog.layerMemory)),
  )

  it.effect("sends the newest exchanges to a slow reader", () =>
    Effect.gen(function* () {
      const traffic = yield* ExchangeLog
      yield* record(exchange("x-0"))
      const seen: Array<string> = []
      yield* traffic.stream({}).pipe(
        Stream.tap(({ id }) => {
          seen.push(id)
          // While this one is read, more exchanges arrive than the buffer holds.
          return id === "x-0" ? record(...numbered(1, 2000), exchange("last")) : Effect.void
        }),
        Stream.takeUntil(({ id }) => id === "last"),
        Stream.runDrain,
      )
      // The one it had taken, and a full buffer.
      expect(seen.length).toBeLessThanOrEqual(1001)
      expect(seen.slice(-3)).toEqual(["x-1999", "x-2000", "last"])
    }).pipe(Effect.provide(ExchangeLog.layerMemory)),
  )
})
