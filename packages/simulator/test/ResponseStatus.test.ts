/** The status of a response: the device unenrolls, reattempts later, or fails. */
import { describe, expect, it } from "@effect/vitest"
import { Effect, Fiber, Stream } from "effect"
import { TestClock } from "effect/testing"
import type { Device } from "../src/index.ts"
import { secondsOf } from "../src/RetryAfter.ts"
import { enrolled } from "./Device.ts"
import type { Answer, MdmServer } from "./MdmServer.ts"

const unrecognized = JSON.stringify({ code: "com.apple.unrecognized.device", message: "Bye" })
const unrecognizedPlist = "<plist><dict><key>code</key><string>com.apple.unrecognized.device</string></dict></plist>"

describe("unenrolls or fails after", () => {
  it.live.each<readonly [name: string, answer: Answer, reason: string]>([
    ["401", { status: 401 }, "Unenrolled"],
    ["403 in JSON", { status: 403, headers: { "content-type": "application/json" }, body: unrecognized }, "Unenrolled"],
    [
      "403 in XML",
      { status: 403, headers: { "content-type": "application/xml" }, body: unrecognizedPlist },
      "Unenrolled",
    ],
    ["403 without a body", { status: 403 }, "UnexpectedStatus"],
    [
      "403 for another reason",
      {
        status: 403,
        headers: { "content-type": "application/json" },
        body: '{"code":"com.apple.softwareupdate.required"}',
      },
      "UnexpectedStatus",
    ],
    ["404", { status: 404 }, "UnexpectedStatus"],
    ["500", { status: 500 }, "UnexpectedStatus"],
    ["a redirect to nowhere", { status: 302 }, "UnexpectedStatus"],
  ])("%s", ([, answer, reason]) =>
    Effect.gen(function* () {
      const { server, device } = yield* enrolled()
      server.intercept = () => answer
      expect(yield* Effect.flip(device.wake())).toMatchObject({ reason, status: answer.status })
      const gone = reason === "Unenrolled"
      expect((yield* device.state).enrollment === undefined).toBe(gone)
      expect(yield* device.pushTargets).toHaveLength(gone ? 0 : 1)
    }),
  )
})

/** The network is real where the clock is the test's: wait until so many exchanges are over. */
const exchanged = (device: Device.Device, number: number) =>
  Effect.gen(function* () {
    while ((yield* device.exchanges.all).length < number) {
      yield* Effect.callback<void>((resume) => void setImmediate(() => resume(Effect.void)))
    }
  })

const busy =
  (times: number, retryAfter: string): MdmServer["intercept"] =>
  () =>
    times-- > 0 ? { status: 503, headers: { "retry-after": retryAfter } } : undefined

describe("after a 503 the device", () => {
  it.live("reports the seconds of Retry-After", () =>
    Effect.gen(function* () {
      const { server, device } = yield* enrolled()
      server.intercept = busy(1, "17")
      expect(yield* Effect.flip(device.wake())).toMatchObject({ reason: "RetryLater", seconds: 17, status: 503 })
      expect((yield* device.state).enrollment).toBeDefined()
      yield* device.wake()
    }),
  )

  it.effect("repeats the same message after the pause", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(Date.now())
      const { server, device } = yield* enrolled({ retrying: true })
      server.queue("DeviceInformation")
      server.intercept = busy(2, "17")
      const exchanges = yield* Effect.forkChild(Stream.runCollect(Stream.take(device.exchanges.stream, 2)))
      yield* Effect.yieldNow
      const waking = yield* Effect.forkChild(device.wake())
      const before = 6
      yield* exchanged(device, before + 1)
      yield* TestClock.adjust("16 seconds")
      expect(server.received).toHaveLength(3)
      yield* TestClock.adjust("1 second")
      yield* exchanged(device, before + 2)
      yield* TestClock.adjust("17 seconds")
      expect((yield* Fiber.join(waking)).map(({ status }) => status)).toEqual(["Acknowledged"])
      const [one, two] = yield* Fiber.join(exchanges)
      expect(Buffer.from(one?.request ?? []).equals(Buffer.from(two?.request ?? [0]))).toBe(true)
      expect(server.operation().slice(2)).toEqual(["Idle", "Idle", "Idle", "Acknowledged"])
    }),
  )

  it.live("repeats the same message without a response and fails after the last attempt", () =>
    Effect.gen(function* () {
      const lost = new Set([7, 9, 10])
      const route = (number: number, url: URL) => (lost.has(number) ? "http://127.0.0.1:1" : url)
      const { server, device } = yield* enrolled({ retrying: 1, route })
      yield* device.wake()
      expect(server.operation().slice(2)).toEqual(["Idle"])
      expect(yield* Effect.flip(device.wake())).toMatchObject({ reason: "Unreachable" })
      const attempts = (yield* device.exchanges.all).slice(6)
      expect(attempts.map(({ operation, status }) => [operation, status])).toEqual([
        ["Idle", undefined],
        ["Idle", 200],
        ["Idle", undefined],
        ["Idle", undefined],
      ])
      expect(Buffer.from(attempts[0]?.request ?? []).equals(Buffer.from(attempts[1]?.request ?? [0]))).toBe(true)
    }),
  )

  it.live("fails after the last attempt", () =>
    Effect.gen(function* () {
      const { server, device } = yield* enrolled({ retrying: 2 })
      server.intercept = busy(9, "0")
      expect(yield* Effect.flip(device.wake())).toMatchObject({ reason: "RetryLater", seconds: 0 })
      expect(server.operation().slice(2)).toEqual(["Idle", "Idle", "Idle"])
    }),
  )

  it.each([
    ["120", 120],
    ["0", 0],
    [undefined, 60],
    ["soon", 60],
    ["Wed, 21 Oct 2026 07:28:30 GMT", 30],
    ["Wed, 21 Oct 2026 07:00:00 GMT", 0],
    ["99999999999", 86_400],
  ])("Retry-After: %s is %d s", (header, seconds) => {
    expect(secondsOf(header, new Date("2026-10-21T07:28:00Z"))).toBe(seconds)
  })
})
