/**
 * The users of a Shared iPad all have the same `UserID`; each has an own queue, declarations and status.
 */
import { describe, expect, it } from "@effect/vitest"
import { Device } from "@espalier/simulator"
import { Effect } from "effect"
import * as Product from "./Product.ts"
import { api, at, queue, running, send } from "./Running.ts"

const shared = "FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF"
const [mary, dorothy] = ["mary@example.com", "dorothy@example.com"]

describe("a Shared iPad", () => {
  it.live("keeps its users apart by their short names", () =>
    Effect.gen(function* () {
      const { link } = yield* Product.start
      const pad = yield* Device.make({ kind: "SharedIPad", seed: 1 })
      const { udid } = pad.profile
      yield* pad.enroll(link)
      for (const shortName of [mary, dorothy]) yield* pad.login({ shortName })
      const seen = Effect.map(send("GET", `${api}/devices/${udid}`), ({ body }) => body)
      expect(yield* seen).toMatchObject({
        users: [
          { userId: shared, userShortName: mary, status: "enrolled" },
          { userId: shared, userShortName: dorothy, status: "enrolled" },
        ],
      })

      const hers = yield* queue("ProfileList", { udid, userId: shared, userShortName: dorothy })
      expect(yield* pad.poll(mary)).toEqual([])
      expect(yield* pad.poll(dorothy)).toMatchObject([{ commandUUID: hers, status: "Acknowledged" }])
      expect(yield* seen).toMatchObject({
        commands: [],
        users: [{ commands: [] }, { commands: [{ state: "acknowledged" }] }],
      })

      const content = { Type: "com.apple.configuration.legacy", Payload: { ProfileURL: "https://example.com/p" } }
      const target = new URLSearchParams({ udid, userId: shared, userShortName: mary })
      expect((yield* send("PUT", `${api}/declarations/com.example.hers?${target}`, content)).status).toBe(200)
      for (let polls = 0; polls < 2; polls++) for (const name of [mary, dorothy]) yield* pad.poll(name)
      const users = at(yield* seen, "users")
      expect(users).toMatchObject([{ sync: { synchronized: true } }, { sync: { synchronized: true } }])
      expect(at(users, 0, "sync", "token")).not.toBe(at(users, 1, "sync", "token"))
      expect(at(users, 0, "sync", "report")).toBeDefined()
      expect(at(users, 1, "sync", "report")).toBeUndefined()

      const unknownUser = { requestType: "ProfileList", userId: shared }
      expect((yield* send("POST", `${api}/devices/${udid}/commands`, unknownUser)).status).toBe(404)
    }).pipe(Effect.provide(running)),
  )
})
