import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { CommandQueue } from "../src/index.ts"
import { api, at, device, idle, queue, running, send, user } from "./support/Running.ts"

const command = (commandUUID: string) => expect.objectContaining({ _tag: "Command", commandUUID })

const stateOf = (commandUUID: string) =>
  Effect.map(send("GET", `${api}/commands/${commandUUID}`), ({ body }) => at(body, "state"))

describe("the command queue", () => {
  it.live("returns commands in the order they were queued, one at each check-in", () =>
    Effect.gen(function* () {
      yield* device.enroll
      const [a, b] = [yield* queue("DeviceInformation"), yield* queue("SecurityInfo")]
      expect(yield* device.checkIn).toEqual(command(a))
      expect(yield* device.reports(a, "Acknowledged")).toEqual(command(b))
      expect(yield* device.reports(b, "Acknowledged")).toEqual(idle)
      expect(yield* device.checkIn).toEqual(idle)
    }).pipe(Effect.provide(running)),
  )

  it.live("shows the state of a command from queued to its result", () =>
    Effect.gen(function* () {
      yield* device.enroll
      for (const [status, state] of [
        ["Acknowledged", "acknowledged"],
        ["Error", "error"],
        ["CommandFormatError", "error"],
        ["NotNow", "notNow"],
      ] as const) {
        const uuid = yield* queue("DeviceInformation")
        expect(yield* stateOf(uuid)).toBe("queued")
        yield* device.checkIn
        expect(yield* stateOf(uuid)).toBe("sent")
        yield* device.reports(uuid, status)
        expect(yield* stateOf(uuid)).toBe(state)
        const { body } = yield* send("GET", `${api}/commands/${uuid}`)
        expect(at(body, "answer")).toEqual({ status, payload: { Model: "Mac" } })
      }
    }).pipe(Effect.provide(running)),
  )

  it.live("sends a command that was put off again in the next connection only", () =>
    Effect.gen(function* () {
      yield* device.enroll
      const [a, b, c] = [yield* queue("InstallProfile"), yield* queue("SecurityInfo"), yield* queue("RestartDevice")]
      expect(yield* device.checkIn).toEqual(command(a))
      expect(yield* device.reports(a, "NotNow")).toEqual(command(b))
      expect(yield* device.reports(b, "Acknowledged")).toEqual(command(c))
      expect(yield* device.reports(c, "NotNow")).toEqual(idle)

      expect(yield* device.checkIn).toEqual(command(a))
      expect(yield* device.reports(a, "NotNow")).toEqual(command(c))
      expect(yield* device.reports(c, "NotNow")).toEqual(idle)
    }).pipe(Effect.provide(running)),
  )

  it.live("sends a command without an answer again under the same UUID", () =>
    Effect.gen(function* () {
      yield* device.enroll
      const [a, b] = [yield* queue("DeviceInformation"), yield* queue("SecurityInfo")]
      expect(yield* device.checkIn).toEqual(command(a))
      expect(yield* device.checkIn).toEqual(command(a))
      expect(yield* device.reports(a, "Acknowledged")).toEqual(command(b))
      // The response was lost, so the device reports again.
      expect(yield* device.reports(a, "Acknowledged")).toEqual(command(b))
    }).pipe(Effect.provide(running)),
  )

  it.live("ignores a repeated or late result, and a result of an unknown command", () =>
    Effect.gen(function* () {
      yield* device.enroll
      const a = yield* queue("DeviceInformation")
      yield* device.checkIn
      yield* device.reports(a, "Acknowledged")
      const before = yield* send("GET", `${api}/commands/${a}`)
      for (const status of ["Acknowledged", "NotNow", "Error"] as const) {
        expect(yield* device.reports(a, status)).toEqual(idle)
      }
      expect(yield* device.reports("unknown-command", "NotNow")).toEqual(idle)
      expect(yield* send("GET", `${api}/commands/${a}`)).toEqual(before)
    }).pipe(Effect.provide(running)),
  )

  it.live("keeps the queue of a user apart from the queue of the device", () =>
    Effect.gen(function* () {
      yield* device.enroll
      yield* user.appear
      const [own, users] = [yield* queue("DeviceInformation"), yield* queue("ProfileList", { userId: "U1" })]
      expect(yield* user.checkIn).toEqual(command(users))
      expect(yield* device.checkIn).toEqual(command(own))
      expect(yield* user.reports(users, "NotNow")).toEqual(idle)
      expect(yield* device.reports(own, "Acknowledged")).toEqual(idle)
    }).pipe(Effect.provide(running)),
  )

  it.live("sends each of many concurrently queued commands once", () =>
    Effect.gen(function* () {
      yield* device.enroll
      const uuids = yield* Effect.replicateEffect(queue("DeviceInformation"), 20, { concurrency: 10 })
      const order = []
      let next = yield* device.checkIn
      while (at(next, "_tag") === "Command") {
        const uuid = String(at(next, "commandUUID"))
        order.push(uuid)
        next = yield* device.reports(uuid, "Acknowledged")
      }
      expect(order.toSorted()).toEqual(uuids.toSorted())
    }).pipe(Effect.provide(running)),
  )

  it.effect("keeps the last hundred answered commands of a channel", () =>
    Effect.gen(function* () {
      const commands = yield* CommandQueue
      const channel = { udid: "D1" }
      const waiting = yield* commands.enqueue(channel, { requestType: "RestartDevice", payload: {} })
      const uuids = []
      for (let n = 0; n < 103; n++) {
        const { commandUUID } = yield* commands.enqueue(channel, { requestType: "DeviceInformation", payload: {} })
        yield* commands.recordResult(channel, {
          _tag: "CommandResult",
          commandUUID,
          status: "Acknowledged",
          payload: {},
        })
        uuids.push(commandUUID)
      }
      yield* commands.enqueue(channel, { requestType: "DeviceInformation", payload: {} })
      const kept = (yield* commands.list(channel)).map(({ commandUUID }) => commandUUID)
      expect(kept.slice(0, -1)).toEqual([waiting.commandUUID, ...uuids.slice(3)])
      expect(yield* Effect.flip(commands.get(uuids[0] ?? ""))).toMatchObject({ _tag: "CommandNotFound" })
    }).pipe(Effect.provide(CommandQueue.layerMemory)),
  )
})
