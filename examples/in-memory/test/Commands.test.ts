import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { Commands } from "../src/Commands.ts"
import { api, at, device, idle, queue, running, send, user } from "./Running.ts"

const command = (commandUUID: string) => expect.objectContaining({ _tag: "Command", commandUUID })

const stateOf = (commandUUID: string) =>
  Effect.map(send("GET", `${api}/commands/${commandUUID}`), ({ body }) => at(body, "state"))

describe("the command queue", () => {
  it.live("is first in, first out, one command a check-in", () =>
    Effect.gen(function* () {
      yield* device.enrolls
      const [a, b] = [yield* queue("DeviceInformation"), yield* queue("SecurityInfo")]
      expect(yield* device.checksIn).toEqual(command(a))
      expect(yield* device.answers(a, "Acknowledged")).toEqual(command(b))
      expect(yield* device.answers(b, "Acknowledged")).toEqual(idle)
      expect(yield* device.checksIn).toEqual(idle)
    }).pipe(Effect.provide(running)),
  )

  it.live("follows a command from queued to what the device said", () =>
    Effect.gen(function* () {
      yield* device.enrolls
      for (const [status, state] of [
        ["Acknowledged", "acknowledged"],
        ["Error", "error"],
        ["CommandFormatError", "error"],
        ["NotNow", "notNow"],
      ] as const) {
        const uuid = yield* queue("DeviceInformation")
        expect(yield* stateOf(uuid)).toBe("queued")
        yield* device.checksIn
        expect(yield* stateOf(uuid)).toBe("sent")
        yield* device.answers(uuid, status)
        expect(yield* stateOf(uuid)).toBe(state)
        const { body } = yield* send("GET", `${api}/commands/${uuid}`)
        expect(at(body, "answer")).toEqual({ status, payload: { Model: "Mac" } })
      }
    }).pipe(Effect.provide(running)),
  )

  it.live("NotNow: not again in this connection, others are, again in the next", () =>
    Effect.gen(function* () {
      yield* device.enrolls
      const [a, b, c] = [yield* queue("InstallProfile"), yield* queue("SecurityInfo"), yield* queue("RestartDevice")]
      expect(yield* device.checksIn).toEqual(command(a))
      expect(yield* device.answers(a, "NotNow")).toEqual(command(b))
      expect(yield* device.answers(b, "Acknowledged")).toEqual(command(c))
      expect(yield* device.answers(c, "NotNow")).toEqual(idle)

      expect(yield* device.checksIn).toEqual(command(a))
      expect(yield* device.answers(a, "NotNow")).toEqual(command(c))
      expect(yield* device.answers(c, "NotNow")).toEqual(idle)
    }).pipe(Effect.provide(running)),
  )

  it.live("sends what was sent and never answered again, under the same UUID", () =>
    Effect.gen(function* () {
      yield* device.enrolls
      const [a, b] = [yield* queue("DeviceInformation"), yield* queue("SecurityInfo")]
      expect(yield* device.checksIn).toEqual(command(a))
      expect(yield* device.checksIn).toEqual(command(a))
      expect(yield* device.answers(a, "Acknowledged")).toEqual(command(b))
      // The answer was lost, so the device reports once more.
      expect(yield* device.answers(a, "Acknowledged")).toEqual(command(b))
    }).pipe(Effect.provide(running)),
  )

  it.live("an answer heard twice or late changes nothing, nor does one to a command that is not ours", () =>
    Effect.gen(function* () {
      yield* device.enrolls
      const a = yield* queue("DeviceInformation")
      yield* device.checksIn
      yield* device.answers(a, "Acknowledged")
      const before = yield* send("GET", `${api}/commands/${a}`)
      for (const status of ["Acknowledged", "NotNow", "Error"] as const) {
        expect(yield* device.answers(a, status)).toEqual(idle)
      }
      expect(yield* device.answers("not-ours", "NotNow")).toEqual(idle)
      expect(yield* send("GET", `${api}/commands/${a}`)).toEqual(before)
    }).pipe(Effect.provide(running)),
  )

  it.live("a user's queue is not the device's", () =>
    Effect.gen(function* () {
      yield* device.enrolls
      yield* user.appears
      const [own, users] = [yield* queue("DeviceInformation"), yield* queue("ProfileList", { userId: "U1" })]
      expect(yield* user.checksIn).toEqual(command(users))
      expect(yield* device.checksIn).toEqual(command(own))
      expect(yield* user.answers(users, "NotNow")).toEqual(idle)
      expect(yield* device.answers(own, "Acknowledged")).toEqual(idle)
    }).pipe(Effect.provide(running)),
  )

  it.live("loses and doubles nothing that many queue at once", () =>
    Effect.gen(function* () {
      yield* device.enrolls
      const uuids = yield* Effect.replicateEffect(queue("DeviceInformation"), 20, { concurrency: 10 })
      const order = []
      let next = yield* device.checksIn
      while (at(next, "_tag") === "Command") {
        const uuid = String(at(next, "commandUUID"))
        order.push(uuid)
        next = yield* device.answers(uuid, "Acknowledged")
      }
      expect(order.toSorted()).toEqual(uuids.toSorted())
    }).pipe(Effect.provide(running)),
  )

  it.effect("keeps a hundred answered commands a channel and forgets the oldest", () =>
    Effect.gen(function* () {
      const commands = yield* Commands
      const channel = { udid: "D1" }
      const waiting = yield* commands.enqueue(channel, { requestType: "RestartDevice", payload: {} })
      const uuids = []
      for (let n = 0; n < 103; n++) {
        const { commandUUID } = yield* commands.enqueue(channel, { requestType: "DeviceInformation", payload: {} })
        yield* commands.answered(channel, { _tag: "CommandResult", commandUUID, status: "Acknowledged", payload: {} })
        uuids.push(commandUUID)
      }
      yield* commands.enqueue(channel, { requestType: "DeviceInformation", payload: {} })
      const kept = (yield* commands.list(channel)).map(({ commandUUID }) => commandUUID)
      expect(kept.slice(0, -1)).toEqual([waiting.commandUUID, ...uuids.slice(3)])
      expect(yield* Effect.flip(commands.get(uuids[0] ?? ""))).toMatchObject({ _tag: "CommandUnknown" })
    }).pipe(Effect.provide(Commands.layer)),
  )
})
