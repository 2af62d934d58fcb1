/**
 * The receiver's side: what is signed by the sender is read, what is not is refused, and each event is handled once.
 */
import { readdirSync, readFileSync } from "node:fs"
import { describe, expect, it } from "@effect/vitest"
import { NotificationEvent, notificationEvents } from "@espalier/schema"
import { Secret, WebhookId, WebhookSignature } from "@espalier/signing"
import { enrolled } from "@espalier/testing/Events"
import { Deferred, Effect, Fiber, Redacted, Result, Schema } from "effect"
import { TestClock } from "effect/testing"
import { Webhook } from "standardwebhooks"
import { type EventError, IdempotencyStore, Receiver } from "../src/Receiver/index.ts"

const text = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
const other = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"
const now = Date.UTC(2026, 0, 1)
const utf8 = (body: string) => new TextEncoder().encode(body)

/** A request as the sender makes it. */
const signed = (body: string | Uint8Array, { id = "msg_1", at = now, by = text } = {}) => ({
  body: typeof body === "string" ? utf8(body) : body,
  headers: {
    ...WebhookSignature.sign({
      id: WebhookId.WebhookId.make(id),
      timestamp: at / 1000,
      body,
      secrets: [Result.getOrThrow(Secret.parseSigning(by))],
    }),
  },
})
const event = enrolled("Mac")
const body = JSON.stringify(event)
const genuine = signed(body)

const answerTo = (request: Omit<Receiver.Request, "secrets">, secrets: ReadonlyArray<Receiver.SecretText> = [text]) =>
  Receiver.verifySync({ secrets, now, ...request })

/** The error's tag and reason. */
const refusalOf = (request: Omit<Receiver.Request, "secrets">, secrets?: ReadonlyArray<Receiver.SecretText>) => {
  const result = answerTo(request, secrets)
  return Result.isFailure(result) ? `${result.failure._tag} ${result.failure.reason}` : "none"
}

describe("verify", () => {
  const received = { id: "msg_1", timestamp: now / 1000, event }

  it("returns the event of a signed request, with both kinds of headers, and a body as bytes or text", () => {
    for (const headers of [genuine.headers, new Headers(genuine.headers)]) {
      for (const one of [utf8(body), body]) {
        expect(answerTo({ headers, body: one })).toEqual(Result.succeed(received))
      }
    }
  })

  it("reads every example of every event", () => {
    const encode = Schema.encodeSync(NotificationEvent)
    for (const schema of Object.values(notificationEvents)) {
      const examples = schema.ast.annotations?.["examples"]
      expect(Array.isArray(examples) && examples.length > 0).toBe(true)
      for (const example of Array.isArray(examples) ? examples : []) {
        const result = answerTo(signed(JSON.stringify(encode(example))))
        expect(Result.isSuccess(result) && result.success.event).toEqual(example)
      }
    }
  })

  it("accepts any of several secrets, as text or redacted", () => {
    for (const secrets of [[other, text], [text, other], [Redacted.make(text)]]) {
      expect(refusalOf(genuine, secrets)).toBe("none")
    }
  })

  const { "webhook-id": _, ...nameless } = genuine.headers
  type Case = readonly [
    name: string,
    refusal: string,
    Omit<Receiver.Request, "secrets">,
    secrets?: ReadonlyArray<string>,
  ]
  const refusals: ReadonlyArray<Case> = [
    ["a body with one byte more", "SignatureError NoMatch", { ...genuine, body: `${body} ` }],
    ["another body", "SignatureError NoMatch", { ...genuine, body: body.replace("Mac", "Mbc") }],
    ["another secret", "SignatureError NoMatch", genuine, [other]],
    ["no secret", "SignatureError NoMatch", genuine, []],
    ["another id", "SignatureError NoMatch", { ...genuine, headers: { ...genuine.headers, "webhook-id": "msg_2" } }],
    ["no id", "SignatureError MissingHeaders", { ...genuine, headers: nameless }],
    [
      "an id given twice",
      "SignatureError MissingHeaders",
      { ...genuine, headers: { ...nameless, "webhook-id": ["msg_1", "msg_1"] } },
    ],
    ["an old one", "SignatureError Expired", signed(body, { at: now - 301_000 })],
    ["one from the future", "SignatureError TooNew", signed(body, { at: now + 301_000 })],
    [
      "a timestamp outside of a given tolerance",
      "SignatureError Expired",
      { ...signed(body, { at: now - 61_000 }), tolerance: "1 minute" },
    ],
    ["a forged event that nobody knows", "SignatureError NoMatch", { ...genuine, body: '{"action":"new"}' }],
    ["a secret that is none", "SecretError UnknownPrefix", genuine, ["password"]],
    ["no JSON", "EventError NotJson", signed("{")],
    ["nothing", "EventError NotJson", signed("")],
    ["no UTF-8", "EventError NotJson", signed(Uint8Array.of(0x22, 0xff, 0x22))],
    ["no action", "EventError Invalid", signed("{}")],
    ["an action that is no text", "EventError Invalid", signed('{"action":1}')],
    ["no object", "EventError Invalid", signed("[]")],
    ["a member missing", "EventError Invalid", signed('{"action":"adm_device_enrolled"}')],
    ["another platform's device", "EventError Invalid", signed(body.replace("admDevice", "winDevice"))],
    ["an event to come", "EventError UnknownEvent", signed('{"action":"adm_device_lost"}')],
    ["a platform to come", "EventError UnknownEvent", signed(body.replace("adm_", "tvm_"))],
    ["nothing but brackets", "EventError Invalid", signed("[".repeat(100_000) + "]".repeat(100_000))],
  ]
  for (const [name, refusal, request, secrets] of refusals) {
    it(`rejects ${name}: ${refusal}`, () => expect(refusalOf(request, secrets)).toBe(refusal))
  }

  it("handles deeply nested metadata", () => {
    const deep = JSON.stringify({
      action: "A new InventoryItem is being registered",
      subAction: "created",
      organization: event.organization,
      inventoryItem: {
        id: "1",
        type: "monitor",
        members: { type: "mdmUser", memberId: "1", email: "ada@example.com" },
        metadata: { deep: "HERE" },
      },
    }).replace('"HERE"', "[".repeat(100_000) + "]".repeat(100_000))
    expect(refusalOf(signed(deep))).toBe("none")
  })

  it("names an unreadable request without its content", () => {
    const result = answerTo(signed('{"action":"adm_device_lost","mail":"ada@example.com"}'))
    const error = Result.isFailure(result) ? result.failure : undefined
    expect(error).toMatchObject<Partial<EventError>>({ id: "msg_1", timestamp: now / 1000 })
    expect(JSON.stringify(error)).not.toContain("ada")
  })

  it.effect("is an Effect that uses the Clock, too", () =>
    Effect.gen(function* () {
      const request = { secrets: [text], ...genuine }
      yield* TestClock.setTime(now)
      expect(yield* Receiver.verify(request)).toEqual(received)
      yield* TestClock.adjust("301 seconds")
      expect(yield* Effect.flip(Receiver.verify(request))).toMatchObject({ reason: "Expired" })
    }),
  )
})

it("verifies signatures of the Standard Webhooks reference library", () => {
  const at = new Date()
  const id = "msg_2"
  const headers = {
    "webhook-id": id,
    "webhook-timestamp": String(Math.floor(at.getTime() / 1000)),
    "webhook-signature": new Webhook(text).sign(id, at, body),
  }
  const result = Receiver.verifySync({ secrets: [text], headers, body })
  expect(Result.isSuccess(result) && result.success).toMatchObject({ id, event })
})

/** A request, signed now. */
const request = (body: string, options: { readonly id?: string; readonly by?: string; readonly at?: number } = {}) => {
  const { headers, body: bytes } = signed(body, { at: Date.now(), ...options })
  return new Request("https://receiver.example.com/hook", { method: "POST", headers, body: bytes })
}

it("needs no database and no platform", () => {
  const folder = new URL("../src/Receiver/", import.meta.url)
  const imported = readdirSync(folder).flatMap((name) =>
    [...readFileSync(new URL(name, folder), "utf8").matchAll(/^(?:import|export|\}) .*from "([^"]+)"$/gm)].map(
      ([, specifier = ""]) => specifier,
    ),
  )
  expect(new Set(imported.filter((specifier) => !specifier.startsWith("./")))).toEqual(
    new Set(["effect", "effect/http", "@espalier/schema", "@espalier/signing"]),
  )
})

describe("an endpoint with promises", () => {
  const endpoint = (
    handle: () => unknown = () => undefined,
    idempotencyStore?: IdempotencyStore.PromiseIdempotencyStore,
  ) => {
    const heard: Array<string> = []
    const receive = Receiver.fetchHandler({
      secrets: [text],
      on: {
        device_enrolled: (event, { id }) => {
          heard.push(`${id} ${event.organization.name}`)
          return handle()
        },
        otherwise: (event) => {
          heard.push(event.action)
        },
      },
      idempotencyStore,
    })
    return { receive, heard }
  }

  it("calls the handler of the event, or otherwise", async () => {
    const { receive, heard } = endpoint()
    expect((await receive(request(body))).status).toBe(204)
    const action = "apple_push_certification_renovation"
    const renovation = { action, organization: event.organization, numDays: "5", appleId: "push@example.com" }
    expect((await receive(request(JSON.stringify(renovation), { id: "msg_2" }))).status).toBe(204)
    expect(heard).toEqual(["msg_1 Example", action])
  })

  const answers: ReadonlyArray<readonly [string, number, () => Request]> = [
    ["no signature", 401, () => new Request("https://a.example.com", { method: "POST", body })],
    ["another's signature", 401, () => request(body, { by: other })],
    ["an old signature", 401, () => request(body, { at: Date.now() - 600_000 })],
    ["no JSON", 400, () => request("{")],
    ["members that are wrong", 400, () => request('{"action":"adm_device_enrolled"}')],
    ["an event to come", 204, () => request('{"action":"adm_device_lost"}')],
    ["a GET", 405, () => new Request("https://a.example.com")],
    ["too much", 413, () => request(JSON.stringify(enrolled("x".repeat(330_000))))],
  ]
  it.each(answers)("responds to %s with %i and calls nothing", async (_name, status, make) => {
    const { receive, heard } = endpoint()
    expect((await receive(make())).status).toBe(status)
    expect(heard).toEqual([])
  })

  it("accepts the largest notification", async () => {
    const { receive, heard } = endpoint()
    expect((await receive(request(JSON.stringify(enrolled("x".repeat(256 * 1024 - 400)))))).status).toBe(204)
    expect(heard.length).toBe(1)
  })

  it("throws at once when a secret is malformed", () => {
    expect(() => Receiver.fetchHandler({ secrets: ["password"], on: { otherwise: () => undefined } })).toThrow("whsec_")
  })

  it("handles a duplicate once", async () => {
    const { receive, heard } = endpoint()
    for (let time = 0; time < 3; time++) expect((await receive(request(body))).status).toBe(204)
    expect(heard.length).toBe(1)
  })

  it("responds 500 when the handler throws or rejects, and handles the next attempt", async () => {
    const failures = [
      () => {
        throw new Error("thrown")
      },
      () => Promise.reject(new Error("rejected")),
    ]
    const { receive, heard } = endpoint(() => failures.shift()?.())
    const statuses: Array<number> = []
    for (let time = 0; time < 4; time++) {
      const answer = await receive(request(body))
      statuses.push(answer.status)
      expect(await answer.text()).not.toMatch(/thrown|rejected/)
    }
    expect(statuses).toEqual([500, 500, 204, 204])
    expect(heard.length).toBe(3)
  })

  it("handles concurrent attempts in turn, even when the sender closed the first connection", async () => {
    const first = Promise.withResolvers<void>()
    const waits = [first.promise]
    const { receive, heard } = endpoint(() => waits.shift())
    const abort = new AbortController()
    const cut = receive(new Request(request(body), { signal: abort.signal }))
    const second = receive(request(body))
    const another = receive(request(body, { id: "msg_2" }))
    expect((await another).status).toBe(204)
    abort.abort()
    await new Promise(setImmediate)
    expect(heard).toEqual(["msg_1 Example", "msg_2 Example"])
    first.resolve()
    expect((await second).status).toBe(204)
    await cut
    expect(heard.length).toBe(2)
  })

  it("uses a given idempotency store", async () => {
    const ids = new Set<string>()
    const idempotencyStore: IdempotencyStore.PromiseIdempotencyStore = {
      runOnce: async (id, handle) => {
        if (ids.has(id)) return "Duplicate"
        await handle()
        ids.add(id)
        return "Handled"
      },
    }
    let failing = true
    const make = () =>
      endpoint(() => {
        if (failing) throw new Error("not yet")
      }, idempotencyStore)
    expect((await make().receive(request(body))).status).toBe(500)
    expect(ids.size).toBe(0)
    failing = false
    expect((await make().receive(request(body))).status).toBe(204)
    const again = make()
    expect((await again.receive(request(body))).status).toBe(204)
    expect(again.heard).toEqual([])
    const broken = endpoint(undefined, { runOnce: () => Promise.reject(new Error("database")) })
    expect((await broken.receive(request(body))).status).toBe(500)
  })
})

describe("the idempotency store in memory", () => {
  const count = () => {
    let runs = 0
    return { run: Effect.sync(() => void runs++), runs: () => runs }
  }

  it.effect("forgets the oldest ids by age and by number", () =>
    Effect.gen(function* () {
      const store = yield* IdempotencyStore.memory({ capacity: 2, ttl: "1 hour" })
      const { run, runs } = count()
      expect(yield* store.runOnce("a", run)).toBe("Handled")
      expect(yield* store.runOnce("a", run)).toBe("Duplicate")
      yield* TestClock.adjust("59 minutes")
      expect(yield* store.runOnce("a", run)).toBe("Duplicate")
      yield* TestClock.adjust("1 minute")
      yield* store.runOnce("b", run)
      expect(yield* store.runOnce("a", run)).toBe("Handled")
      // The latest two are known, whatever came before.
      yield* store.runOnce("c", run)
      expect(yield* store.runOnce("a", run)).toBe("Duplicate")
      expect(yield* store.runOnce("b", run)).toBe("Handled")
      expect(runs()).toBe(5)
    }),
  )

  it.effect("does not remember a failed or interrupted event, and runs the waiting attempt", () =>
    Effect.gen(function* () {
      const store = yield* IdempotencyStore.memory()
      const gate = yield* Deferred.make<void, string>()
      const { run, runs } = count()
      const first = yield* Effect.forkChild(Effect.flip(store.runOnce("a", Deferred.await(gate))), {
        startImmediately: true,
      })
      const cut = yield* Effect.forkChild(store.runOnce("b", Effect.never), { startImmediately: true })
      const rest = yield* Effect.forkChild(
        Effect.all([store.runOnce("a", run), store.runOnce("a", run), store.runOnce("b", run)], {
          concurrency: "unbounded",
        }),
        { startImmediately: true },
      )
      yield* Effect.yieldNow
      expect(runs()).toBe(0)
      yield* Deferred.fail(gate, "no")
      expect(yield* Fiber.join(first)).toBe("no")
      yield* Fiber.interrupt(cut)
      expect((yield* Fiber.join(rest)).toSorted()).toEqual(["Duplicate", "Handled", "Handled"])
      expect(runs()).toBe(2)
    }),
  )
})
