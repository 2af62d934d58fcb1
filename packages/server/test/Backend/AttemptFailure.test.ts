/**
 * Which requests come a second time, and when.
 */
import { describe, expect, it } from "@effect/vitest"
import { Effect, Result } from "effect"
import type { WebhookCalls } from "../../src/Backend/index.ts"
import { checkOut, client, http, json, scope, tcp } from "./OddBackend.ts"
import { recorder } from "./SpanRecorder.ts"

describe("a repetition", () => {
  const ask: { readonly [name: string]: (calls: WebhookCalls) => Effect.Effect<unknown, { readonly _tag: string }> } = {
    event: (calls) => calls.event(checkOut),
    checkin: (calls) => calls.checkin({ scope }),
    declarationTokens: (calls) => calls.declarationTokens({ scope }),
    declarationItems: (calls) => calls.declarationItems({ scope }),
    declaration: (calls) => calls.declaration({ scope, type: "asset", identifier: "a" }),
    asset: (calls) => calls.asset({ identifier: "a" }),
    bootstrapToken: (calls) => calls.bootstrapToken({ scope }),
    userAuthenticate: (calls) => calls.userAuthenticate({ scope }),
    token: (calls) => calls.token({ scope, tokenServiceType: "com.apple.maid" }),
    enroll: (calls) => calls.enroll({ mdmOrigin: scope.mdmOrigin }),
  }
  const tries = [
    ["event", 1],
    ["checkin", 1],
    ["declarationTokens", 3],
    ["declarationItems", 3],
    ["declaration", 3],
    ["asset", 3],
    ["bootstrapToken", 1],
    ["userAuthenticate", 1],
    ["token", 1],
    ["enroll", 1],
  ] as const

  it.live.each(tries)("%s is sent %i times to a backend that resets connections", ([name, expected]) =>
    Effect.gen(function* () {
      let resets = 0
      const backend = yield* tcp((socket) => {
        resets++
        socket.resetAndDestroy()
      })
      const result = yield* Effect.result(ask[name]?.(yield* client(backend, { retries: 2 })) ?? Effect.void)
      expect(Result.isFailure(result)).toBe(true)
      expect(resets).toBe(expected)
    }),
  )

  const statuses = [
    [429, 2],
    [502, 2],
    [503, 2],
    [504, 2],
    [500, 1],
    [501, 1],
    [404, 1],
    [400, 1],
    [302, 1],
  ] as const
  it.live.each(statuses)("a query that is answered %i is sent %i times", ([status, expected]) =>
    Effect.gen(function* () {
      const backend = yield* http((response) => response.writeHead(status).end())
      yield* Effect.flip((yield* client(backend, { retries: 1 })).declarationTokens({ scope }))
      expect(backend.received).toHaveLength(expected)
    }),
  )

  it.live("a typed error under 503 is final", () =>
    Effect.gen(function* () {
      const backend = yield* http((response) => json(response, 503, { _tag: "InternalServerError" }))
      yield* Effect.flip((yield* client(backend, { retries: 2 })).declarationTokens({ scope }))
      expect(backend.received).toHaveLength(1)
    }),
  )

  it.live("an event is sent again as long as nothing listens: it cannot have been seen", () =>
    Effect.gen(function* () {
      const gone = yield* Effect.scoped(http(() => {}))
      const { spans, tracer } = recorder()
      const calls = yield* client(gone, { retries: 2 })
      const error = yield* Effect.flip(Effect.withTracer(calls.event(checkOut), tracer))
      expect(error).toMatchObject({ reason: "Unreachable" })
      expect(spans[0]?.attributes.get("webhook.attempts")).toBe(3)
    }),
  )

  it.live("does not wait for a Retry-After beyond the time-out; the device is told instead", () =>
    Effect.gen(function* () {
      const backend = yield* http((response) => response.writeHead(503, { "retry-after": "120" }).end())
      const error = yield* Effect.flip((yield* client(backend, { retries: 2 })).declarationTokens({ scope }))
      expect(error).toMatchObject({ _tag: "BackendUnavailable", reason: "BadStatus", retryAfter: 120 })
      expect(backend.received).toHaveLength(1)
    }),
  )

  it.live.each([
    ["999999999", 3600],
    ["0", 1],
    ["Fri, 31 Dec 9999 23:59:59 GMT", 3600],
    ["soon", undefined],
    ["-5", undefined],
  ] as const)("Retry-After %s is passed on as %s", ([header, expected]) =>
    Effect.gen(function* () {
      const backend = yield* http((response) => response.writeHead(503, { "retry-after": header }).end())
      const error = yield* Effect.flip((yield* client(backend)).event(checkOut))
      expect("retryAfter" in error ? error.retryAfter : undefined).toBe(expected)
    }),
  )
})
