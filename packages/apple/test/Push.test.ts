import * as net from "node:net"
import { inspect } from "node:util"
import { describe, expect, it } from "@effect/vitest"
import * as Apns from "@espalier/testing/Apns"
import { Deferred, Effect, Fiber, Redacted, Result, type Scope } from "effect"
import { TestClock } from "effect/testing"
import { Push } from "../src/index.ts"

const token = new Uint8Array(32).fill(0xab)
const notification: Push.Notification = { topic: Apns.topicOne, pushToken: token, pushMagic: "C0FFEE-MAGIC" }

/** One certificate, and times short enough for a test. */
const pusher = (url: string, options: Partial<Push.PushOptions> = {}) =>
  Push.make({
    certificates: [Apns.certificate("topic-one")],
    url,
    ca: Apns.authority,
    retries: 2,
    closeTimeout: "200 millis",
    ...options,
  })

const withApns = <A, E>(
  react: (asked: Apns.Asked) => Apns.Reaction,
  test: (apns: Apns.Apns, push: Push.Service) => Effect.Effect<A, E, Scope.Scope>,
  options: Partial<Push.PushOptions> = {},
) =>
  Effect.gen(function* () {
    const apns = yield* Apns.start(react)
    return yield* test(apns, yield* pusher(apns.url, options))
  })

describe("a push", () => {
  it.live("is a POST to the token with the push magic in its body", () =>
    withApns(
      () => Apns.accepted,
      (apns, { push }) =>
        Effect.gen(function* () {
          const expiration = new Date("2030-01-01T00:00:00.900Z")
          const { apnsId } = yield* push({ ...notification, expiration })
          const [asked] = apns.asked
          expect(asked?.headers).toMatchObject({
            ":method": "POST",
            ":path": `/3/device/${"ab".repeat(32)}`,
            "apns-topic": Apns.topicOne,
            "apns-push-type": "mdm",
            "apns-priority": "10",
            "apns-expiration": "1893456000",
            "apns-id": apnsId,
          })
          expect(asked?.body).toBe('{"mdm":"C0FFEE-MAGIC"}')
        }),
    ),
  )

  it.live("accepts a token in base64 and expires in a week by default", () =>
    withApns(
      () => Apns.accepted,
      (apns, { push }) =>
        Effect.gen(function* () {
          yield* push({ ...notification, pushToken: Buffer.from(token).toString("base64") })
          expect(apns.asked[0]?.token).toBe("ab".repeat(32))
          const days = (Number(apns.asked[0]?.headers["apns-expiration"]) - Date.now() / 1000) / 86_400
          expect(days).toBeGreaterThan(6.99)
          expect(days).toBeLessThan(7.01)
        }),
    ),
  )

  it.live.each<[name: string, change: Partial<Push.Notification>]>([
    ["a token that is not base64", { pushToken: "not base64!" }],
    ["an empty token", { pushToken: new Uint8Array() }],
    ["a token of 257 bytes", { pushToken: new Uint8Array(257) }],
    ["no magic", { pushMagic: "" }],
    ["a magic too long for APNs", { pushMagic: "m".repeat(5000) }],
    ["an invalid expiration", { expiration: new Date(Number.NaN) }],
  ])("is not sent with %s", ([, change]) =>
    withApns(
      () => Apns.accepted,
      (apns, { push }) =>
        Effect.gen(function* () {
          const error = yield* Effect.flip(push({ ...notification, ...change }))
          expect(error.reason).toBe("InvalidRequest")
          expect(apns.sessions()).toBe(0)
        }),
    ),
  )
})

describe.concurrent("a response means", () => {
  const at = 1_700_000_000_000
  it.live.each<[name: string, Apns.Reaction, expected: Partial<Push.PushError>, asked: number]>([
    [
      "400 BadDeviceToken",
      Apns.refused(400, "BadDeviceToken"),
      { reason: "InvalidToken", apnsReason: "BadDeviceToken" },
      1,
    ],
    ["400 DeviceTokenNotForTopic", Apns.refused(400, "DeviceTokenNotForTopic"), { reason: "InvalidToken" }, 1],
    ["410 Unregistered", Apns.refused(410, "Unregistered"), { reason: "InvalidToken", status: 410 }, 1],
    ["410 ExpiredToken", Apns.refused(410, "ExpiredToken"), { reason: "InvalidToken" }, 1],
    ["410 without a body", { status: 410 }, { reason: "InvalidToken" }, 1],
    [
      "410 with the time of death",
      { status: 410, body: JSON.stringify({ reason: "Unregistered", timestamp: at }) },
      { reason: "InvalidToken", unregisteredAt: new Date(at) },
      1,
    ],
    ["400 BadTopic", Apns.refused(400, "BadTopic"), { reason: "TopicNotFound" }, 1],
    ["400 MissingTopic", Apns.refused(400, "MissingTopic"), { reason: "TopicNotFound" }, 1],
    ["400 TopicDisallowed", Apns.refused(400, "TopicDisallowed"), { reason: "TopicNotFound" }, 1],
    ["403 BadCertificate", Apns.refused(403, "BadCertificate"), { reason: "CertificateRejected" }, 1],
    [
      "403 BadCertificateEnvironment",
      Apns.refused(403, "BadCertificateEnvironment"),
      { reason: "CertificateRejected" },
      1,
    ],
    ["403 Forbidden", Apns.refused(403, "Forbidden"), { reason: "CertificateRejected" }, 1],
    ["400 BadPriority", Apns.refused(400, "BadPriority"), { reason: "InvalidRequest", apnsReason: "BadPriority" }, 1],
    ["404 BadPath", Apns.refused(404, "BadPath"), { reason: "InvalidRequest" }, 1],
    ["405 MethodNotAllowed", Apns.refused(405, "MethodNotAllowed"), { reason: "InvalidRequest" }, 1],
    ["413 PayloadTooLarge", Apns.refused(413, "PayloadTooLarge"), { reason: "InvalidRequest" }, 1],
    ["429 TooManyRequests", Apns.refused(429, "TooManyRequests"), { reason: "TooManyRequests" }, 1],
    [
      "429 with Retry-After",
      { status: 429, headers: { "retry-after": "7" } },
      { reason: "TooManyRequests", retryAfter: 7 },
      1,
    ],
    ["500 InternalServerError", Apns.refused(500, "InternalServerError"), { reason: "Unavailable", status: 500 }, 3],
    ["503 Shutdown", Apns.refused(503, "Shutdown"), { reason: "Unavailable", apnsReason: "Shutdown" }, 3],
    ["400 IdleTimeout", Apns.refused(400, "IdleTimeout"), { reason: "Unavailable" }, 3],
    ["302", { status: 302 }, { reason: "InvalidResponse", status: 302 }, 1],
    ["204", { status: 204 }, { reason: "InvalidResponse" }, 1],
    ["400 in HTML", { status: 400, body: "<html>" }, { reason: "InvalidResponse" }, 1],
    ["400 without end", { status: 400, body: "x".repeat(1_000_000) }, { reason: "InvalidResponse" }, 1],
    ["400 with a strange reason", Apns.refused(400, "BadDeviceToken\n".repeat(9)), { reason: "InvalidResponse" }, 1],
  ])("%s", ([, reaction, expected, asked]) =>
    withApns(
      () => reaction,
      (apns, { push }) =>
        Effect.gen(function* () {
          const error = yield* Effect.flip(push(notification))
          expect(error).toMatchObject(expected)
          expect(apns.asked.length).toBe(asked)
        }),
    ),
  )

  it.live("accepts a 200 with a body", () =>
    withApns(
      () => ({ status: 200, body: "x".repeat(100_000) }),
      (_, { push }) => push(notification),
    ),
  )

  it.live("stops reading an endless body", () =>
    Effect.gen(function* () {
      const closed = yield* Deferred.make<number | undefined>()
      const apns = yield* Apns.start(() => (stream) => {
        stream.on("close", () => Effect.runFork(Deferred.succeed(closed, stream.rstCode)))
        stream.respond({ ":status": 400 })
        const more = () => {
          while (!stream.destroyed && stream.write("x".repeat(1000)));
        }
        stream.on("drain", more)
        more()
      })
      const { push } = yield* pusher(apns.url)
      expect((yield* Effect.flip(push(notification))).reason).toBe("InvalidResponse")
      expect(yield* Deferred.await(closed)).toBe(8)
    }),
  )

  it.live("does not wait for a Retry-After beyond the timeout", () =>
    withApns(
      () => ({ status: 503, headers: { "retry-after": "3000" } }),
      (apns, { push }) =>
        Effect.gen(function* () {
          expect(yield* Effect.flip(push(notification))).toMatchObject({ reason: "Unavailable", retryAfter: 3000 })
          expect(apns.asked.length).toBe(1)
        }),
    ),
  )

  it.live("retries after a 500", () =>
    withApns(
      ({ turn }) => (turn < 3 ? Apns.refused(500, "InternalServerError") : Apns.accepted),
      (apns, { push }) =>
        Effect.gen(function* () {
          yield* push(notification)
          expect(new Set(apns.asked.map(({ headers }) => headers["apns-id"])).size).toBe(1)
          expect(apns.sessions()).toBe(1)
        }),
    ),
  )
})

describe("many pushes", () => {
  it.live("sends a thousand over one connection with the ten streams that APNs allows", () =>
    Effect.gen(function* () {
      const apns = yield* Apns.start(() => Apns.accepted, { maxConcurrentStreams: 10 })
      const { pushMany } = yield* pusher(apns.url)
      const batch = Array.from({ length: 1000 }, (_, index) => ({
        ...notification,
        pushToken: Buffer.from(String(index).padStart(32, "0")),
      }))
      const results = yield* pushMany(batch)
      expect(results.filter(Result.isSuccess).length).toBe(1000)
      expect(new Set(apns.asked.map((asked) => asked.token)).size).toBe(1000)
      expect(apns.sessions()).toBe(1)
      expect(apns.mostAtOnce()).toBe(10)
    }),
  )

  it.live("follows a lower stream limit on an open connection", () =>
    Effect.gen(function* () {
      const atOnce: Array<number> = []
      let open = 0
      const apns = yield* Apns.start(
        ({ turn }) =>
          (stream) => {
            open++
            if (turn > 100) atOnce.push(open)
            if (turn === 20) stream.session?.settings({ maxConcurrentStreams: 3 })
            setImmediate(() => {
              open--
              stream.respond({ ":status": 200 }, { endStream: true })
            })
          },
        { maxConcurrentStreams: 50 },
      )
      const { pushMany } = yield* pusher(apns.url)
      const results = yield* pushMany(Array.from({ length: 300 }, () => notification))
      expect(results.every(Result.isSuccess)).toBe(true)
      expect(Math.max(...atOnce)).toBeLessThanOrEqual(3)
    }),
  )

  it.live("reports invalid tokens in the order of the batch", () =>
    withApns(
      ({ token }) => (token.startsWith("dead") ? Apns.refused(410, "Unregistered") : Apns.accepted),
      (_, { pushMany }) =>
        Effect.gen(function* () {
          const tokens = ["a1", "dead01", "b2", "dead02", "c3"]
          const batch = tokens.map((hex) => ({ ...notification, pushToken: Buffer.from(hex, "hex") }))
          const results = yield* pushMany([...batch, { ...notification, topic: "com.apple.mgmt.other" }])
          expect(results.map((result) => (Result.isSuccess(result) ? "ok" : result.failure.reason))).toEqual([
            "ok",
            "InvalidToken",
            "ok",
            "InvalidToken",
            "ok",
            "TopicNotFound",
          ])
        }),
    ),
  )

  it.live("uses one connection and certificate per topic", () =>
    withApns(
      () => Apns.accepted,
      (apns, { pushMany }) =>
        Effect.gen(function* () {
          const results = yield* pushMany([notification, { ...notification, topic: Apns.topicTwo }, notification])
          expect(results.every(Result.isSuccess)).toBe(true)
          expect(apns.sessions()).toBe(2)
        }),
      { certificates: [Apns.certificate("topic-one"), Apns.certificate("topic-two")] },
    ),
  )

  it.live("rejects pushes beyond the queue limit immediately", () =>
    Effect.gen(function* () {
      const release: Array<() => void> = []
      const apns = yield* Apns.start(() => (stream) => {
        release.push(() => stream.respond({ ":status": 200 }, { endStream: true }))
        if (release.length === 2) for (const go of release) go()
        if (release.length > 2) release.at(-1)?.()
      })
      const { push, pushMany } = yield* pusher(apns.url, { concurrency: 2, queue: 0 })
      const several = Effect.forEach(Array(5), () => Effect.result(push(notification)), { concurrency: "unbounded" })
      const reasons = (yield* several).map((result) => (Result.isSuccess(result) ? "ok" : result.failure.reason))
      expect(reasons).toEqual(["ok", "ok", "Overloaded", "Overloaded", "Overloaded"])
      expect((yield* pushMany(Array(5).fill(notification))).every(Result.isSuccess)).toBe(true)
    }),
  )
})

describe.concurrent("the connection", () => {
  it.live("GOAWAY: sends unprocessed pushes over the next connection", () =>
    Effect.gen(function* () {
      let held: Array<() => void> = []
      const apns = yield* Apns.start(({ session, turn }) => {
        if (session > 1) return Apns.accepted
        return (stream) => {
          // The first stream is the last one it will answer; the others it never processed.
          held.push(() => turn === 1 && stream.respond({ ":status": 200 }, { endStream: true }))
          if (held.length < 10) return
          stream.session?.goaway(0, 1)
          for (const go of held) go()
          held = []
        }
      })
      const { pushMany } = yield* pusher(apns.url)
      const batch = Array.from({ length: 10 }, (_, index) => ({ ...notification, pushToken: Buffer.from([index]) }))
      expect((yield* pushMany(batch)).every(Result.isSuccess)).toBe(true)
      const again = apns.asked.filter(({ session }) => session === 2)
      expect(again.map((asked) => asked.token).sort()).toEqual(
        batch.slice(1).map(({ pushToken }) => pushToken.toString("hex")),
      )
      expect(apns.sessions()).toBe(2)
    }),
  )

  it.live("GOAWAY: loses no waiting push", () =>
    Effect.gen(function* () {
      const apns = yield* Apns.start(
        ({ session, turn }) =>
          (stream) => {
            if (session === 1 && turn === 25) stream.session?.goaway(0)
            stream.respond({ ":status": 200 }, { endStream: true })
          },
        { maxConcurrentStreams: 5 },
      )
      const { pushMany } = yield* pusher(apns.url)
      expect((yield* pushMany(Array(200).fill(notification))).every(Result.isSuccess)).toBe(true)
      expect(apns.sessions()).toBe(2)
    }),
  )

  it.live("GOAWAY: waiting pushes use the next connection immediately and it does not count as an attempt", () =>
    Effect.gen(function* () {
      let answerFirst = () => {}
      const apns = yield* Apns.start(
        ({ session }) =>
          (stream) => {
            const answer = () => stream.respond({ ":status": 200 }, { endStream: true })
            if (session === 1) {
              answerFirst = answer
              stream.session?.goaway(0)
            } else {
              answer()
              answerFirst()
            }
          },
        { maxConcurrentStreams: 1 },
      )
      const { pushMany } = yield* pusher(apns.url, { retries: 0 })
      const results = yield* pushMany([notification, notification])
      expect(results.every(Result.isSuccess)).toBe(true)
      expect(apns.sessions()).toBe(2)
    }),
  )

  it.live("GOAWAY: reports a rejected certificate", () =>
    withApns(
      () => (stream) => {
        stream.session?.goaway(0, 0, Buffer.from('{"reason":"BadCertificate"}'))
        stream.session?.destroy()
      },
      (apns, { push }) =>
        Effect.gen(function* () {
          expect((yield* Effect.flip(push(notification))).reason).toBe("CertificateRejected")
          expect(apns.asked.length).toBe(1)
        }),
    ),
  )

  it.live("retries on a new connection when the old one ends before the response", () =>
    withApns(
      ({ session }) => (session === 1 ? (stream) => stream.session?.destroy() : Apns.accepted),
      (apns, { push }) =>
        Effect.gen(function* () {
          yield* push(notification)
          expect(apns.sessions()).toBe(2)
        }),
    ),
  )

  it.live("opens a new connection when the old one ended between two pushes", () =>
    Effect.gen(function* () {
      const ended = yield* Deferred.make<void>()
      const apns = yield* Apns.start(() => Apns.accepted, {
        onSession: (session) => session.on("close", () => Effect.runFork(Deferred.succeed(ended, undefined))),
      })
      const { push } = yield* pusher(apns.url, { idleTimeout: "20 millis" })
      yield* push(notification)
      yield* Deferred.await(ended)
      yield* push(notification)
      expect(apns.sessions()).toBe(2)
    }),
  )

  it.live("fails with Unavailable after all attempts lost their connection", () =>
    withApns(
      () => (stream) => stream.session?.destroy(),
      (apns, { push }) =>
        Effect.gen(function* () {
          expect((yield* Effect.flip(push(notification))).reason).toBe("Unavailable")
          expect(apns.asked.length).toBe(3)
        }),
    ),
  )

  it.live("retries a refused stream on the same connection", () =>
    withApns(
      ({ turn }) => (turn === 1 ? (stream) => stream.close(7) : Apns.accepted),
      (apns, { push }) =>
        Effect.gen(function* () {
          yield* push(notification)
          expect(apns.sessions()).toBe(1)
        }),
    ),
  )

  it.live("fails with Unavailable and the system's error code when the connection is refused", () =>
    Effect.gen(function* () {
      const { push } = yield* pusher("https://127.0.0.1:1")
      const error = yield* Effect.flip(push(notification))
      expect(error).toMatchObject({ reason: "Unavailable", message: "APNs cannot be reached: ECONNREFUSED" })
    }),
  )

  it.live("does not open a connection for each push when connections are refused", () =>
    Effect.gen(function* () {
      let attempts = 0
      const url = yield* tcp((socket) => {
        attempts++
        socket.destroy()
      })
      const { pushMany } = yield* pusher(url)
      const results = yield* pushMany(Array(200).fill(notification))
      expect(results.every((result) => Result.isFailure(result) && result.failure.reason === "Unavailable")).toBe(true)
      expect(attempts).toBeLessThanOrEqual(4)
    }),
  )

  it.live("fails with Unavailable for an untrusted authority", () =>
    withApns(
      () => Apns.accepted,
      (apns, { push }) =>
        Effect.gen(function* () {
          const error = yield* Effect.flip(push(notification))
          expect(error.reason).toBe("Unavailable")
          expect(error.message).toMatch(/CERT|SIGNATURE|ISSUER/)
          expect(apns.asked).toEqual([])
        }),
      { ca: undefined },
    ),
  )

  it.live.each<[name: string, alert: number]>([
    ["certificate expired", 45],
    ["certificate revoked", 44],
    ["unknown authority", 48],
  ])("TLS alert, %s: CertificateRejected", ([, alert]) =>
    Effect.gen(function* () {
      let attempts = 0
      const url = yield* tcp((socket) =>
        socket.once("data", () => {
          attempts++
          socket.end(Buffer.from([0x15, 0x03, 0x03, 0, 2, 2, alert]))
        }),
      )
      const { push } = yield* pusher(url)
      expect((yield* Effect.flip(push(notification))).reason).toBe("CertificateRejected")
      expect(attempts).toBe(1)
    }),
  )

  it.live("fails when a connection never becomes ready", () =>
    Effect.gen(function* () {
      const url = yield* tcp(() => {})
      const { push } = yield* pusher(url, { connectTimeout: "100 millis", retries: 0 })
      expect((yield* Effect.flip(push(notification))).message).toBe("No connection to APNs in time")
    }),
  )

  it.live("uses another connection for the attempt after a slow one", () =>
    withApns(
      ({ session }) => (session === 1 ? () => {} : Apns.accepted),
      (apns, { push }) =>
        Effect.gen(function* () {
          yield* push(notification)
          expect(apns.sessions()).toBe(2)
        }),
      { attemptTimeout: "300 millis" },
    ),
  )

  it.live("fails with Timeout when every attempt is slow", () =>
    withApns(
      () => () => {},
      (apns, { push }) =>
        Effect.gen(function* () {
          expect((yield* Effect.flip(push(notification))).reason).toBe("Timeout")
          expect(apns.asked.length).toBe(3)
        }),
      { attemptTimeout: "300 millis" },
    ),
  )

  it.live("fails with Timeout while waiting and does not send the push", () =>
    Effect.gen(function* () {
      const apns = yield* Apns.start(() => () => {}, { maxConcurrentStreams: 1 })
      const { pushMany } = yield* pusher(apns.url, { timeout: "300 millis" })
      const results = yield* pushMany([notification, notification, notification])
      expect(results.map((result) => Result.isFailure(result) && result.failure.reason)).toEqual(
        Array(3).fill("Timeout"),
      )
      expect(apns.asked.length).toBe(1)
    }),
  )

  it.live("cancels an interrupted push", () =>
    Effect.gen(function* () {
      const asked = yield* Deferred.make<void>()
      const cancelled = yield* Deferred.make<number | undefined>()
      const apns = yield* Apns.start(() => (stream) => {
        Effect.runFork(Deferred.succeed(asked, undefined))
        stream.on("close", () => Effect.runFork(Deferred.succeed(cancelled, stream.rstCode)))
      })
      const { push } = yield* pusher(apns.url)
      const fiber = yield* Effect.forkChild(push(notification))
      yield* Deferred.await(asked)
      yield* Fiber.interrupt(fiber)
      expect(yield* Deferred.await(cancelled)).toBe(8)
    }),
  )

  it.live("pings and closes a connection that stops responding", () =>
    Effect.gen(function* () {
      const asked = yield* Deferred.make<void>()
      const apns = yield* Apns.start(({ session }) =>
        session === 1 ? () => Effect.runFork(Deferred.succeed(asked, undefined)) : Apns.accepted,
      )
      let connections = 0
      let silent = false
      const url = yield* tcp((near) => {
        const first = ++connections === 1
        const far = net.connect(Number(new URL(apns.url).port), "127.0.0.1")
        near.on("data", (data) => (first && silent) || far.write(data))
        far.on("data", (data) => (first && silent) || near.write(data))
        near.on("close", () => far.destroy())
        far.on("error", () => {})
      })
      const { push } = yield* pusher(url, { pingInterval: "30 millis" })
      const fiber = yield* Effect.forkChild(push(notification))
      yield* Deferred.await(asked)
      silent = true
      yield* Fiber.join(fiber)
      expect(apns.sessions()).toBe(2)
    }),
  )

  it.live("keeps an idle connection that responds to pings", () =>
    Effect.gen(function* () {
      const pinged = yield* Deferred.make<void>()
      let pings = 0
      const apns = yield* Apns.start(() => Apns.accepted, {
        onSession: (session) =>
          session.on("ping", () => ++pings === 3 && Effect.runFork(Deferred.succeed(pinged, undefined))),
      })
      const { push } = yield* pusher(apns.url, { pingInterval: "250 millis" })
      yield* push(notification)
      yield* Deferred.await(pinged)
      yield* push(notification)
      expect(apns.sessions()).toBe(1)
    }),
  )

  it.live("lets pushes in progress finish when the layer closes and starts no others", () =>
    Effect.gen(function* () {
      const asked = yield* Deferred.make<() => void>()
      const apns = yield* Apns.start(
        () => (stream) =>
          Effect.runFork(Deferred.succeed(asked, () => void stream.respond({ ":status": 200 }, { endStream: true }))),
      )
      const outer = yield* Effect.scope
      const { fiber, push } = yield* Effect.scoped(
        Effect.gen(function* () {
          const { push } = yield* pusher(apns.url, { closeTimeout: "5 seconds" })
          const fiber = yield* Effect.forkIn(push(notification), outer)
          const answer = yield* Deferred.await(asked)
          setTimeout(answer, 20)
          return { fiber, push }
        }),
      )
      expect(fiber.pollUnsafe()?._tag).toBe("Success")
      expect((yield* Effect.flip(push(notification))).message).toBe("The connection to APNs is closed")
    }),
  )

  it.live("ends pushes that do not finish when the layer closes", () =>
    Effect.gen(function* () {
      const asked = yield* Deferred.make<void>()
      const apns = yield* Apns.start(() => () => Effect.runFork(Deferred.succeed(asked, undefined)))
      const outer = yield* Effect.scope
      const fiber = yield* Effect.scoped(
        Effect.gen(function* () {
          const { push } = yield* pusher(apns.url, {
            closeTimeout: "50 millis",
            attemptTimeout: "1 minute",
            timeout: "1 minute",
          })
          const fiber = yield* Effect.forkIn(Effect.flip(push(notification)), outer)
          yield* Deferred.await(asked)
          return fiber
        }),
      )
      expect((yield* Fiber.join(fiber)).reason).toBe("Unavailable")
    }),
  )
})

/** A server that speaks TCP and nothing else. */
const tcp = (onSocket: (socket: net.Socket) => void) =>
  Effect.acquireRelease(
    Effect.callback<{ readonly url: string; readonly stop: () => void }>((resume) => {
      const sockets = new Set<net.Socket>()
      const server = net.createServer((socket) => {
        sockets.add(socket)
        socket.on("error", () => {})
        onSocket(socket)
      })
      server.listen(0, "127.0.0.1", () => {
        const address = server.address()
        const port = typeof address === "object" ? address?.port : undefined
        const stop = () => {
          for (const socket of sockets) socket.destroy()
          server.close()
        }
        resume(Effect.succeed({ url: `https://127.0.0.1:${port}`, stop }))
      })
    }),
    ({ stop }) => Effect.sync(stop),
  ).pipe(Effect.map(({ url }) => url))

describe("certificates", () => {
  it.effect("reports the expiry of certificates", () =>
    Effect.gen(function* () {
      const { certificateExpiry } = yield* pusher("https://127.0.0.1:1")
      const notAfter = new Date("2120-01-01T00:00:00Z")
      yield* TestClock.setTime(notAfter.getTime() - 30.5 * 86_400_000)
      expect(yield* certificateExpiry).toEqual([{ topic: Apns.topicOne, notAfter, daysLeft: 30 }])
      yield* TestClock.setTime(notAfter.getTime() + 1)
      expect((yield* certificateExpiry)[0]?.daysLeft).toBe(-1)
    }),
  )

  // RFC 7468 § 2. `cat cert key > bundle`, where the first file has no newline at its end, is in the guides of several MDM servers.
  it.live("reads a bundle without a newline between certificate and key, also as plain text", () =>
    Effect.gen(function* () {
      const apns = yield* Apns.start(() => Apns.accepted)
      const bundle = one.cert.trimEnd() + Redacted.value(one.key)
      const { push } = yield* pusher(apns.url, { certificates: [{ cert: bundle, key: bundle }] })
      yield* push(notification)
      expect(apns.sessions()).toBe(1)
    }),
  )

  const one = Apns.certificate("topic-one")
  const two = Apns.certificate("topic-two")
  it.effect.each<[name: string, Partial<Push.PushOptions>, option: string]>([
    ["no certificate", { certificates: [] }, "certificates"],
    ["the certificate of an app", { certificates: [Apns.certificate("app")] }, "certificates.0.cert"],
    ["not PEM", { certificates: [{ ...one, cert: "PEM" }] }, "certificates.0.cert"],
    ["not a key", { certificates: [{ ...one, key: Redacted.make("PEM") }] }, "certificates.0.key"],
    ["another's key", { certificates: [{ ...one, key: two.key }] }, "certificates.0.key"],
    ["a topic twice", { certificates: [one, two, one] }, "certificates.2"],
    ["plain HTTP", { url: "http://127.0.0.1:1" }, "url"],
    ["a path", { url: "https://127.0.0.1:1/3/device" }, "url"],
    ["no streams", { concurrency: 0 }, "concurrency"],
    ["no time", { timeout: 0 }, "timeout"],
  ])("rejects invalid options: %s", ([, options, option]) =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(pusher("https://127.0.0.1:1", options))
      expect(error).toMatchObject({ _tag: "InvalidPushOptions", option })
    }),
  )
})

it.live("shows no token, push magic or key in an error", () =>
  Effect.gen(function* () {
    const apns = yield* Apns.start(({ body, token }) => Apns.refused(400, `${token} ${body}`))
    const pushes = [
      yield* pusher(apns.url, { retries: 0 }),
      yield* pusher("https://127.0.0.1:1", { retries: 0 }),
      yield* pusher(apns.url, { retries: 0, timeout: 1 }),
    ]
    for (const { push } of pushes) {
      const error = yield* Effect.flip(push(notification))
      const shown = `${inspect(error, { depth: 9 })} ${JSON.stringify(error)} ${error.stack}`
      expect(shown).not.toMatch(/C0FFEE|abab|PRIVATE/)
    }
    const bad = yield* Effect.flip(
      pusher(apns.url, { certificates: [{ cert: "SECRET", key: Redacted.make("SECRET") }] }),
    )
    expect(inspect(bad, { depth: 9 })).not.toContain("SECRET")
  }),
)
