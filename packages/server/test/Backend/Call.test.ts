/**
 * What a backend receives: paths, headers, signatures, traces.
 */
import { describe, expect, it } from "@effect/vitest"
import { Secret, WebhookSignature } from "@espalier/signing"
import { Effect, Schema } from "effect"
import { Webhook } from "standardwebhooks"
import { checkOut, client, http, json, scope, tokens } from "./OddBackend.ts"
import { recorder } from "./SpanRecorder.ts"

const idle = { _tag: "Idle" }

describe("a request", () => {
  it.live("is a POST of JSON behind the base URL's path", () =>
    Effect.gen(function* () {
      const backend = yield* http((response) => json(response, 200, idle))
      const calls = yield* client({ ...backend, url: `${backend.url}/tenant-a/` })
      yield* calls.checkin({ scope })
      expect(backend.received).toMatchObject([
        {
          path: "/tenant-a/webhook/apple/checkin",
          headers: {
            "content-type": "application/json",
            accept: "application/json",
            "accept-encoding": "identity",
            "webhook-id": expect.stringMatching(/^msg_/),
            traceparent: expect.stringMatching(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/),
          },
          body: JSON.stringify({ scope }),
        },
      ])
      expect(backend.received[0]?.headers).not.toHaveProperty("webhook-signature")
    }),
  )

  it.live("carries on the trace of the device's message", () =>
    Effect.gen(function* () {
      const backend = yield* http((response) => json(response, 200, idle))
      const calls = yield* client(backend)
      const traceId = yield* Effect.gen(function* () {
        yield* calls.checkin({ scope })
        return (yield* Effect.currentSpan).traceId
      }).pipe(Effect.withSpan("device message"))
      expect(backend.received[0]?.headers["traceparent"]).toContain(`00-${traceId}-`)
    }),
  )

  it.live("leaves a span with status, tries and host, and nothing of the bodies", () =>
    Effect.gen(function* () {
      const { spans, tracer } = recorder()
      const backend = yield* http((response) => json(response, 200, tokens))
      const calls = yield* client(backend)
      yield* Effect.withTracer(calls.declarationTokens({ scope: { ...scope, identityCertificate: "PEM" } }), tracer)
      const span = spans.find(({ name }) => name === "webhook declarationTokens")
      expect(Object.fromEntries(span?.attributes ?? [])).toEqual({
        "webhook.name": "declarationTokens",
        "server.address": new URL(backend.url).host,
        "http.response.status_code": 200,
        "webhook.attempts": 1,
      })
      const everything = JSON.stringify(spans.map(({ attributes }) => [...attributes]))
      expect(everything).not.toContain("PEM")
      expect(everything).not.toContain("DEVICE-UDID")
    }),
  )

  it.live("uses a connection again", () =>
    Effect.gen(function* () {
      const backend = yield* http((response, turn) =>
        turn % 2 === 0 ? json(response, 200, idle) : response.writeHead(204).end(),
      )
      const calls = yield* client(backend)
      for (let pair = 0; pair < 5; pair++) {
        yield* calls.event(checkOut)
        yield* calls.checkin({ scope })
      }
      expect(backend.connections()).toBeLessThanOrEqual(2)
    }),
  )

  it.live("that does not fit its schema is not sent, and the error does not quote it", () =>
    Effect.gen(function* () {
      const backend = yield* http((response) => json(response, 200, idle))
      const calls = yield* client(backend)
      const error = yield* Effect.flip(calls.checkin({ scope: { ...scope, mdmOrigin: { url: "s3cret" } } }))
      expect(error).toMatchObject({ _tag: "BackendUnavailable", reason: "UnencodableRequest" })
      expect(error.message).not.toContain("s3cret")
      expect(backend.received).toHaveLength(0)
    }),
  )
})

describe("a signature", () => {
  it.live("is one the reference library accepts, once for each secret", () =>
    Effect.gen(function* () {
      const secrets = [yield* Secret.generateHmac, yield* Secret.generateHmac]
      const backend = yield* http((response) => response.writeHead(204).end())
      const calls = yield* client(backend, { secrets })
      yield* calls.event({ ...checkOut, scope: { ...scope, udid: "Zoë’s" } })
      const [{ headers, body } = { headers: {}, body: "" }] = backend.received
      const sent = Schema.decodeUnknownSync(Schema.Record(Schema.String, Schema.String))(headers)
      for (const secret of secrets) {
        expect(new Webhook(Secret.format(secret)).verify(body, sent)).toMatchObject({ event: { _tag: "CheckOut" } })
      }
      const stranger = yield* Secret.generateHmac
      expect(() => new Webhook(Secret.format(stranger)).verify(body, sent)).toThrow()
    }),
  )

  it.live("is fresh on every try, the id stays", () =>
    Effect.gen(function* () {
      const secret = yield* Secret.generateHmac
      const backend = yield* http((response, turn) =>
        turn === 1 ? response.writeHead(503, { "retry-after": "1" }).end() : json(response, 200, tokens),
      )
      const calls = yield* client(backend, { secrets: [secret], retries: 1 })
      expect(yield* calls.declarationTokens({ scope })).toEqual(tokens)
      const [first, second] = backend.received
      expect(second?.headers["webhook-id"]).toBe(first?.headers["webhook-id"])
      expect(second?.headers["webhook-timestamp"]).not.toBe(first?.headers["webhook-timestamp"])
      for (const { headers, body } of backend.received) {
        const sent = Schema.decodeUnknownSync(Schema.Record(Schema.String, Schema.String))(headers)
        yield* WebhookSignature.verify({ headers: sent, body: Buffer.from(body), secrets: [secret] })
      }
    }),
  )
})
