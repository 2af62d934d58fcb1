/**
 * Looking on at calls: one entry a call, when it has ended, however it ended.
 */
import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { CallHook, type CallInfo } from "../../src/Backend/index.ts"
import { checkOut, client, http, json, scope, tcp } from "./OddBackend.ts"

const observing = () => {
  const seen: Array<CallInfo> = []
  const observed = <A, E, R>(call: Effect.Effect<A, E, R>) =>
    Effect.provideService(call, CallHook, (one) => void seen.push(one))
  return { seen, observed }
}

describe("an observer", () => {
  it.live("sees what was asked and answered", () =>
    Effect.gen(function* () {
      const { seen, observed } = observing()
      const idle = { _tag: "Idle", more: "than the protocol knows" }
      const backend = yield* http((response, turn) =>
        json(response, turn === 1 ? 200 : 204, turn === 1 ? idle : undefined),
      )
      const calls = yield* client(backend)
      yield* observed(calls.checkin({ scope }))
      yield* observed(calls.event(checkOut))
      yield* calls.checkin({ scope }).pipe(Effect.ignore)
      const times = { at: expect.any(Number), duration: expect.any(Number) }
      expect(seen).toEqual([
        { webhook: "checkin", ...times, request: { scope }, status: 200, answer: { _tag: "Idle" } },
        { webhook: "event", ...times, request: JSON.parse(backend.received[1]?.body ?? ""), status: 204 },
      ])
    }),
  )

  it.live("sees a backend's own error as its answer", () =>
    Effect.gen(function* () {
      const { seen, observed } = observing()
      const error = { _tag: "UnknownDevice", message: "never heard of it" }
      const calls = yield* client(yield* http((response) => json(response, 404, error)))
      yield* Effect.flip(observed(calls.checkin({ scope })))
      expect(seen).toMatchObject([{ status: 404, answer: error }])
      expect(seen[0]).not.toHaveProperty("error")
    }),
  )

  it.live("sees why there is no answer, once for all tries", () =>
    Effect.gen(function* () {
      const { seen, observed } = observing()
      const calls = yield* client(yield* tcp((socket) => socket.destroy()), { retries: 2 })
      yield* Effect.flip(observed(calls.declarationTokens({ scope })))
      expect(seen).toMatchObject([{ webhook: "declarationTokens", error: expect.stringMatching(/^Unreachable: /) }])
      expect(seen[0]).not.toHaveProperty("status")
      expect(seen[0]).not.toHaveProperty("answer")
    }),
  )

  it.live("sees how the last try ended, not one before", () =>
    Effect.gen(function* () {
      const { seen, observed } = observing()
      const backend = yield* http((response, turn) =>
        turn === 1 ? json(response, 503, "busy") : response.socket?.destroy(),
      )
      yield* Effect.flip(observed((yield* client(backend, { retries: 1 })).declarationTokens({ scope })))
      expect(backend.received).toHaveLength(2)
      expect(seen).toMatchObject([{ error: expect.stringMatching(/^Unreachable: /) }])
      expect(seen[0]).not.toHaveProperty("status")
    }),
  )

  it.live("sees a call that was given up", () =>
    Effect.gen(function* () {
      const { seen, observed } = observing()
      const calls = yield* client(yield* http(() => {}))
      yield* Effect.timeoutOption(observed(calls.checkin({ scope })), 50)
      expect(seen).toMatchObject([{ webhook: "checkin", error: "Interrupted" }])
    }),
  )
})
