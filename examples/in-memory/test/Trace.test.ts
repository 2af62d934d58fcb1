/**
 * The conversation as a browser's `EventSource` reads it: what is kept, then what happens, from where it left off; and no secret in it.
 */
import { describe, expect, it } from "@effect/vitest"
import { TraceEvent } from "@espalier/dashboard/devices-api"
import type { Exchange } from "@espalier/schema"
import { Device } from "@espalier/simulator"
import { Effect, Exit, Layer, Schema, Scope, Stream } from "effect"
import * as Backend from "../src/Backend.ts"
import { Traffic } from "../src/Traffic.ts"
import * as Product from "./Product.ts"
import { api, apiKey, running, send } from "./Running.ts"

const decode = Schema.decodeUnknownSync(TraceEvent)

/** Server-sent events as the standard has them: an id, a type, data, an empty line. */
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

/** An open stream: its events one by one, and `undefined` at its end. */
const open = Effect.fnUntraced(function* (query = "", headers: Record<string, string> = {}) {
  const url = `${yield* Backend.BackendUrl}${api}/trace${query}`
  const abort = new AbortController()
  yield* Effect.addFinalizer(() => Effect.sync(() => abort.abort()))
  const response = yield* Effect.promise(() =>
    fetch(url, { headers: { authorization: `Bearer ${apiKey}`, ...headers }, signal: abort.signal }),
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
  const traffic = yield* Traffic
  for (const one of exchanges) yield* traffic.record(one)
})
const numbered = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => exchange(`x-${from + index}`))
const idsOf = (exchanges: ReadonlyArray<Exchange>) => exchanges.map(({ id }) => id)

describe("the trace", () => {
  it.live("has what was said before, and then what is said, with ids", () =>
    Effect.gen(function* () {
      yield* record(exchange("x-1"), exchange("x-2"))
      const { next, ids } = yield* open()
      expect(yield* next).toEqual({ event: "message", id: "x-1", data: exchange("x-1") })
      expect(yield* ids(1)).toEqual(["x-2"])
      yield* record(exchange("x-3"))
      expect(yield* ids(1)).toEqual(["x-3"])
    }).pipe(Effect.scoped, Effect.provide(running)),
  )

  it.live("is of one device where that is asked", () =>
    Effect.gen(function* () {
      yield* record(exchange("x-1"), exchange("x-2", "D2"), exchange("x-3"))
      const { ids } = yield* open("?udid=D2")
      yield* record(exchange("x-4"), exchange("x-5", "D2"))
      expect(yield* ids(2)).toEqual(["x-2", "x-5"])
    }).pipe(Effect.scoped, Effect.provide(running)),
  )

  it.live(
    "goes on after the last event that a browser has seen; after another life of the server, from what there is",
    () =>
      Effect.gen(function* () {
        yield* record(...numbered(1, 3))
        const resumed = yield* open("", { "last-event-id": "x-2" })
        expect(yield* resumed.ids(1)).toEqual(["x-3"])
        const stranger = yield* open("", { "last-event-id": "w-17" })
        expect(yield* stranger.ids(3)).toEqual(["x-1", "x-2", "x-3"])
      }).pipe(Effect.scoped, Effect.provide(running)),
  )

  it.live("needs a key", () =>
    Effect.gen(function* () {
      expect((yield* send("GET", `${api}/trace`, undefined, { authorization: "" })).status).toBe(401)
    }).pipe(Effect.provide(running)),
  )

  it.live("ends with the process, however many look on", () =>
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

describe("what is kept", () => {
  const kept = Effect.flatMap(Traffic, (traffic) =>
    traffic.stream({}).pipe(
      Stream.takeUntil(({ id }) => id === "last"),
      Stream.runCollect,
    ),
  )

  it.effect("are the last five hundred", () =>
    Effect.gen(function* () {
      yield* record(...numbered(1, 600), exchange("last"))
      expect(idsOf(yield* kept)).toEqual([...idsOf(numbered(102, 600)), "last"])
    }).pipe(Effect.provide(Traffic.layer)),
  )

  it.effect("are fewer where they are large: 16 MiB", () =>
    Effect.gen(function* () {
      const large = numbered(1, 40).map((one) => ({
        ...one,
        request: { contentType: "x", size: 1, text: "x".repeat(1_000_000) },
      }))
      yield* record(...large, exchange("last"))
      expect(idsOf(yield* kept)).toEqual([...idsOf(numbered(25, 40)), "last"])
    }).pipe(Effect.provide(Traffic.layer)),
  )

  it.effect("of a reader that is slow are the newest", () =>
    Effect.gen(function* () {
      const traffic = yield* Traffic
      yield* record(exchange("x-0"))
      const seen: Array<string> = []
      yield* traffic.stream({}).pipe(
        Stream.tap(({ id }) => {
          seen.push(id)
          // While this one is being read, more come than anybody waits for.
          return id === "x-0" ? record(...numbered(1, 2000), exchange("last")) : Effect.void
        }),
        Stream.takeUntil(({ id }) => id === "last"),
        Stream.runDrain,
      )
      // What it had taken out, and what waits.
      expect(seen.length).toBeLessThanOrEqual(1001)
      expect(seen.slice(-3)).toEqual(["x-1999", "x-2000", "last"])
    }).pipe(Effect.provide(Traffic.layer)),
  )
})

describe("whole conversations", () => {
  const challengeIn = (profile: Uint8Array) =>
    /<key>Challenge<\/key>\s*<string>([^<]+)</.exec(new TextDecoder().decode(profile))?.[1] ?? ""
  const forms = (bytes: Uint8Array) => [Buffer.from(bytes).toString("base64"), Buffer.from(bytes).toString("hex")]

  it.live("are shown without a secret of theirs", () =>
    Effect.gen(function* () {
      const { link } = yield* Product.start
      const secrets = [new URL(link).searchParams.get("token") ?? ""]
      const devices = [
        yield* Device.make({ kind: "iPhone", seed: 1 }),
        yield* Device.make({ kind: "Mac", seed: 2 }),
        yield* Device.make({ kind: "SharedIPad", seed: 3 }),
      ]
      let exchanges = 0
      for (const device of devices) {
        const { kind, udid, derive } = device.profile
        yield* device.enroll(link)
        if (kind !== "iPhone") yield* device.login({ shortName: "ada@example.com" })
        const commands = [
          { requestType: "DeviceLock", payload: { PIN: "271828" } },
          {
            requestType: "SetFirmwarePassword",
            payload: { CurrentPassword: "hunter2-old", NewPassword: "hunter2-new" },
          },
          { requestType: "ClearPasscode", payload: { UnlockToken: { $data: forms(derive("unlock token"))[0] } } },
          {
            requestType: "InstallProfile",
            payload: { Payload: { $data: Buffer.from("wifi-passphrase").toString("base64") } },
          },
          { requestType: "DeviceInformation", payload: { Queries: ["DeviceName"] } },
        ]
        for (const command of commands) {
          expect((yield* send("POST", `${api}/devices/${udid}/commands`, command)).status).toBe(201)
        }
        const credential = {
          Type: "com.apple.asset.credential.userpassword",
          Payload: { Password: "declared-password" },
        }
        yield* send("PUT", `${api}/declarations/credential?udid=${udid}`, credential)
        for (let polls = 0; polls < 3; polls++) yield* device.wake()
        yield* device.unlock()
        if (kind === "Mac") secrets.push(...forms(yield* device.escrowBootstrapToken()))
        if (kind === "Mac") yield* device.fetchBootstrapToken()
        yield* device.renew()
        const targets = yield* device.pushTargets
        secrets.push(
          ...targets.flatMap(({ token, magic }) => [...forms(token), magic]),
          ...forms(derive("unlock token")),
        )
        const all = yield* device.exchanges.all
        exchanges += all.length
        secrets.push(challengeIn(all[0]?.response ?? new Uint8Array()))
        yield* device.checkOut()
        exchanges++
      }
      secrets.push(
        "271828",
        "hunter2-old",
        "hunter2-new",
        "declared-password",
        ...forms(Buffer.from("wifi-passphrase")),
      )
      expect(secrets.filter((secret) => secret.length < 6)).toEqual([])

      const told = yield* Effect.flatMap(Traffic, ({ stream }) => Stream.runCollect(Stream.take(stream({}), exchanges)))
      const text = JSON.stringify(told)
      expect(secrets.filter((secret) => text.includes(secret))).toEqual([])
      // It is the conversation all the same.
      for (const word of [
        "Authenticate",
        "TokenUpdate",
        "PKIOperation",
        "DeclarativeManagement declaration-items",
        "CheckOut",
      ]) {
        expect(text).toContain(`"message":"${word}"`)
      }
      for (const word of ["DeviceLock", "NotNow", "SetBootstrapToken", "com.apple.asset.credential.userpassword"]) {
        expect(text).toContain(word)
      }
    }).pipe(Effect.provide(running)),
  )
})
