/**
 * What logs, spans and metrics contain of a call, and what they never contain: a defect's message, a certificate, a token, a body.
 */

import { inspect } from "node:util"
import { describe, expect, it } from "@effect/vitest"
import { ManagementNotSupported, UnknownDevice, type WebhookName } from "@espalier/schema"
import { Effect, Exit, Layer, Logger, Metric, Option, References, Tracer } from "effect"
import { AnswerTimeout, CheckInHandler, type Handle } from "../src/index.ts"
import {
  backendOf,
  call,
  deviceScope,
  fetchHandler,
  type Handles,
  httpEffect,
  listening,
  type Mount,
} from "./Backend.ts"

const marker = "MARKER-7f3a"
const markerBase64 = Buffer.from(`${marker}!`).toString("base64")

/** Records everything that a logger and a tracer receive. */
const recording = () => {
  const logs: Array<string> = []
  const spans: Array<Tracer.NativeSpan> = []
  const logger = Logger.make((options) => {
    const annotations = options.fiber.getRef(References.CurrentLogAnnotations)
    logs.push(`${options.logLevel} ${inspect([options.message, options.cause, annotations], { depth: 20 })}`)
  })
  const tracer = Tracer.make({
    span(options) {
      const span = new Tracer.NativeSpan(options)
      spans.push(span)
      return span
    },
  })
  const layer = Layer.mergeAll(
    Logger.layer([logger]),
    Layer.succeed(Tracer.Tracer, tracer),
    Layer.succeed(References.MinimumLogLevel, "All"),
  )
  // What exporters send. Of a span's exit that is only a failure.
  const spansShown = () =>
    inspect(
      spans.map(({ name, attributes, events, status, links }) => {
        const failure = status._tag === "Ended" && Exit.isFailure(status.exit) ? status.exit.cause : undefined
        return { name, attributes, events, links, failure }
      }),
      { depth: 20 },
    )
  return { logs, spans, layer, spansShown }
}

/** Loggers and tracers can be provided beside the backend; a listener also uses those of the program around it. */
const beside: ReadonlyArray<readonly [string, Mount]> = [
  ["toFetchHandler", fetchHandler],
  ["toHttpEffect", httpEffect],
  ["toNodeListener", listening],
]

const checkin = { scope: deviceScope }
const idle = Effect.succeed({ _tag: "Idle" } as const)

describe.each(beside)("%s", (_name, mount) => {
  const unexpected: ReadonlyArray<readonly [title: string, handles: Handles]> = [
    ["a defect", { checkin: () => Effect.die(new Error(marker, { cause: marker })) }],
    ["a defect that is not an Error", { checkin: () => Effect.die({ [marker]: marker }) }],
    ["a thrown error", { checkin: () => Effect.sync(() => JSON.parse(marker)) }],
    [
      "a function that throws before it returns an Effect",
      {
        checkin: () => {
          throw new Error(marker)
        },
      },
    ],
    ["a service that interrupts itself", { checkin: () => Effect.interrupt }],
    [
      "a defect beside a typed error",
      { checkin: () => Effect.ensuring(Effect.fail(new UnknownDevice({})), Effect.die(marker)) },
    ],
    [
      "an answer of the wrong type",
      { checkin: () => Effect.sync(() => JSON.parse(`{"_tag":"Idle2","x":"${marker}"}`)) },
    ],
    [
      "an answer that its schema rejects",
      { checkin: () => Effect.succeed({ _tag: "Command", commandUUID: "", requestType: marker, payload: {} }) },
    ],
    [
      "an error against its type",
      {
        checkin: () => Effect.suspend(() => Effect.fail(JSON.parse(`{"_tag":"UnknownDevice","message":"${marker}"}`))),
      },
    ],
  ]

  it.live.each(unexpected)("%s", ([, handles]) =>
    Effect.gen(function* () {
      const { layer, logs } = recording()
      const { fetch } = yield* mount(Layer.merge(backendOf(handles), layer))
      const answer = yield* call(fetch, "checkin", checkin)
      expect(answer.status).toBe(500)
      expect(answer.text).not.toContain(marker)
      const json = JSON.parse(answer.text)
      expect(Object.keys(json)).toEqual(["_tag", "message"])
      expect(json._tag).toBe("InternalServerError")
      const [, id] = /^Internal error ([0-9a-f-]{36})$/.exec(json.message) ?? []
      expect(id).toBeDefined()
      const reported = logs.filter((line) => line.includes(String(id)))
      expect(reported.length).toBe(1)
      expect(reported[0]?.startsWith("Error ")).toBe(true)
    }),
  )

  // Plain JavaScript, which no compiler checked.
  const untyped = (result: () => unknown): Handle<"checkin"> => Object({ result }).result
  const explained: ReadonlyArray<readonly [title: string, handle: Handle<"checkin">, explanation: string]> = [
    ["a Promise", untyped(() => Promise.resolve({ _tag: "Idle" })), "returned a Promise: wrap it in Effect.promise"],
    [
      "a Promise that rejects",
      untyped(() => Promise.reject(new Error(marker))),
      "returned a Promise: wrap it in Effect.promise",
    ],
    ["a plain value", untyped(() => ({ _tag: "Idle" })), "returned no Effect: wrap the value in Effect.succeed"],
    ["nothing", untyped(() => undefined), "returned no Effect: wrap the value in Effect.succeed"],
    [
      "an answer with an invalid member",
      () => Effect.succeed({ _tag: "Command", commandUUID: "", requestType: marker, payload: {} }),
      "The answer Command of checkin is invalid: commandUUID: ",
    ],
    [
      "an answer with an unknown tag",
      untyped(() => Effect.succeed({ _tag: "Wipe" })),
      "The answer Wipe of checkin is invalid: the answer: Expected Manifest",
    ],
    ["an answer that never comes", () => Effect.never, "The function of checkin took longer than 50ms"],
  ]

  it.live.each(explained)("%s: 500, and the log explains it", ([, handle, explanation]) =>
    Effect.gen(function* () {
      const services: ReadonlyArray<Layer.Layer<CheckInHandler>> = [
        CheckInHandler.layer(handle),
        Layer.succeed(CheckInHandler, handle),
      ]
      for (const service of services) {
        const { layer, logs } = recording()
        const backend = Layer.mergeAll(backendOf({}), service, Layer.succeed(AnswerTimeout, "50 millis"), layer)
        const { fetch } = yield* mount(backend)
        expect((yield* call(fetch, "checkin", checkin)).status).toBe(500)
        expect(logs.join("\n")).toContain(explanation)
        expect(logs.join("\n")).not.toContain(marker)
        expect((yield* call(fetch, "checkin", checkin)).status).toBe(500)
      }
    }),
  )

  it.live("a typed error is an answer, not an error in the log", () =>
    Effect.gen(function* () {
      const { layer, logs } = recording()
      const { fetch } = yield* mount(
        Layer.merge(backendOf({ checkin: () => Effect.fail(new ManagementNotSupported({})) }), layer),
      )
      expect((yield* call(fetch, "checkin", checkin)).status).toBe(501)
      expect(logs.filter((line) => !line.startsWith("Debug"))).toEqual([])
    }),
  )

  it.live("a span for each call, around the service's own", () =>
    Effect.gen(function* () {
      const { layer, spans } = recording()
      const mounted = yield* mount(
        Layer.merge(backendOf({ checkin: () => Effect.withSpan(idle, "decide") }), layer),
      ).pipe(Effect.withSpan("startup"))
      spans.length = 0
      yield* call(mounted.fetch, "checkin", checkin)
      const span = spans.find(({ name }) => name === "webhook checkin")
      const own = spans.find(({ name }) => name === "decide")
      expect(Object.fromEntries(span?.attributes ?? [])).toEqual({
        "mdm.channel": "device",
        "mdm.udid": "DEVICE-UDID",
        "webhook.outcome": "success",
      })
      expect(Option.map(own?.parent ?? Option.none(), ({ spanId }) => spanId)).toEqual(Option.some(span?.spanId))
    }),
  )

  it.live("no body, certificate or token in logs, spans and metrics", () =>
    Effect.gen(function* () {
      const { layer, logs, spans, spansShown } = recording()
      const { fetch } = yield* mount(
        Layer.merge(
          backendOf({
            event: () => Effect.void,
            checkin: () => idle,
            bootstrapToken: () => Effect.succeed({ bootstrapToken: markerBase64 }),
            asset: () => Effect.succeed({ content: markerBase64, contentType: marker }),
            declaration: () =>
              Effect.succeed({ Type: marker, Identifier: "i", ServerToken: "t", Payload: { [marker]: marker } }),
            userAuthenticate: () => Effect.succeed({ _tag: "Challenge", digest: marker }),
            token: () => Effect.succeed({ tokenData: markerBase64 }),
            enroll: () => Effect.succeed({ _tag: "Deny", message: marker }),
          }),
          layer,
        ),
      )
      const scope = { ...deviceScope, identityCertificate: marker }
      const tokenUpdate = {
        _tag: "TokenUpdate",
        pushToken: markerBase64,
        pushMagic: marker,
        topic: marker,
        channel: "device",
        unlockToken: markerBase64,
      }
      const payload = { [marker]: { $data: markerBase64 } }
      const bodies: ReadonlyArray<readonly [WebhookName, unknown, number]> = [
        ["event", { scope, event: tokenUpdate }, 204],
        ["event", { scope, event: { _tag: "CommandResult", commandUUID: marker, status: "Error", payload } }, 204],
        ["event", { scope, event: { _tag: "DeclarationStatus", report: { StatusItems: payload } } }, 204],
        ["event", { scope, event: { ...tokenUpdate, pushToken: marker } }, 400],
        ["event", { scope, event: { _tag: marker } }, 501],
        ["event", { scope: { ...scope, mdmOrigin: { url: marker } }, event: tokenUpdate }, 400],
        ["checkin", { scope }, 200],
        ["checkin", { scope: marker }, 400],
        ["checkin", { [marker]: marker }, 400],
        ["bootstrapToken", { scope, set: markerBase64 }, 200],
        ["asset", { identityCertificate: marker, identifier: "asset-id" }, 200],
        ["declaration", { scope, type: "asset", identifier: "i" }, 200],
        ["userAuthenticate", { scope, digestResponse: marker }, 200],
        ["token", { scope, tokenServiceType: marker, tokenParameters: payload }, 200],
        ["enroll", { mdmOrigin: deviceScope.mdmOrigin, token: marker, machineInfo: payload }, 200],
      ]
      for (const [name, body, status] of bodies) {
        expect((yield* call(fetch, name, body)).status, inspect(body)).toBe(status)
      }
      expect(logs.length).toBeGreaterThanOrEqual(bodies.length)
      expect(spans.filter(({ name }) => name.startsWith("webhook ")).length).toBe(bodies.length)
      const shown = [...logs, spansShown(), inspect(yield* Metric.snapshot, { depth: 20 })].join("\n")
      expect(shown).toContain("DEVICE-UDID")
      expect(shown).not.toContain(marker)
      expect(shown).not.toContain(markerBase64)
    }),
  )
})

it.live("a listener uses the loggers of the program around it", () =>
  Effect.gen(function* () {
    const { layer, logs } = recording()
    const { fetch } = yield* Effect.provide(listening(backendOf({ checkin: () => idle })), layer)
    yield* call(fetch, "checkin", checkin)
    expect(logs.join("\n")).toContain("webhook checkin: success")
  }),
)

it.live("calls are counted by webhook and outcome", () =>
  Effect.gen(function* () {
    const counts = Effect.map(Metric.snapshot, (snapshots) =>
      Object.fromEntries(
        snapshots.flatMap((snapshot) =>
          snapshot.type === "Counter" && snapshot.id === "espalier_webhook_calls_total"
            ? [
                [
                  `${snapshot.attributes?.["webhook"]} ${snapshot.attributes?.["outcome"]}`,
                  Number(snapshot.state.count),
                ],
              ]
            : [],
        ),
      ),
    )
    const timings = Effect.map(Metric.snapshot, (snapshots) =>
      snapshots.flatMap((snapshot) =>
        snapshot.type === "Histogram" && snapshot.id === "espalier_webhook_duration_seconds"
          ? [snapshot.state.count]
          : [],
      ),
    )
    const sum = (numbers: ReadonlyArray<number>) => numbers.reduce((total, number) => total + number, 0)
    const before: Record<string, number> = yield* counts
    const timedBefore = sum(yield* timings)
    const { fetch } = yield* fetchHandler(
      Layer.merge(
        backendOf({
          checkin: () => idle,
          enroll: () => Effect.fail(new ManagementNotSupported({})),
          token: () => Effect.die("x"),
        }),
        Logger.layer([]),
      ),
    )
    yield* call(fetch, "checkin", checkin)
    yield* call(fetch, "checkin", checkin)
    yield* call(fetch, "checkin", {})
    yield* call(fetch, "enroll", { mdmOrigin: deviceScope.mdmOrigin })
    yield* call(fetch, "token", { scope: deviceScope, tokenServiceType: "x" })
    const after: Record<string, number> = yield* counts
    const grown = Object.fromEntries(
      Object.entries(after)
        .map(([key, count]) => [key, count - (before[key] ?? 0)] as const)
        .filter(([, by]) => by > 0),
    )
    expect(grown).toEqual({
      "checkin success": 2,
      "checkin InvalidRequest": 1,
      "enroll ManagementNotSupported": 1,
      "token InternalServerError": 1,
    })
    expect(sum(yield* timings) - timedBefore).toBe(5)
  }),
)
