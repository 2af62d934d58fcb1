import { describe, expect, it } from "@effect/vitest"
import { fc } from "@espalier/testing/Property"
import { Effect, Result, Schema } from "effect"
import { Headers } from "effect/http"
import { TestClock } from "effect/testing"
import { Secret, WebhookId, WebhookSignature } from "../src/index.ts"

const T = 1_700_000_000
const id = Schema.decodeSync(WebhookId.WebhookId)
const hmac = (fill: number) =>
  Schema.decodeSync(Secret.signingFromString)(`whsec_${Buffer.alloc(32, fill).toString("base64")}`)
const ed25519 = (fill: number): Secret.Ed25519PrivateSecret => {
  const secret = Schema.decodeSync(Secret.fromString)(`whsk_${Buffer.alloc(32, fill).toString("base64")}`)
  if (secret._tag !== "Ed25519Private") throw new Error("whsk_ is a private key")
  return secret
}

const body = Buffer.from('{"type":"contact.created"}')
const message = { id: id("msg_1"), timestamp: T, body }

type Outcome = "verified" | WebhookSignature.SignatureError["reason"]
const outcome = (result: Result.Result<WebhookSignature.Verified, WebhookSignature.SignatureError>): Outcome =>
  Result.match(result, { onSuccess: () => "verified", onFailure: ({ reason }) => reason })

const receive = (
  headers: { readonly [name: string]: string | undefined },
  secrets: ReadonlyArray<Secret.Secret>,
  bytes: Uint8Array = body,
): Outcome => outcome(WebhookSignature.verifyAt(T * 1000, { headers, body: bytes, secrets }))

describe("a received message", () => {
  const secret = hmac(1)
  const headers = WebhookSignature.sign({ ...message, secrets: [secret] })
  const good = headers["webhook-signature"]
  const other = WebhookSignature.sign({ ...message, secrets: [hmac(2)] })["webhook-signature"]
  const public1 = Secret.publicKey(ed25519(1))
  const ed = WebhookSignature.sign({ ...message, secrets: [ed25519(1)] })["webhook-signature"]
  const badEd = WebhookSignature.sign({ ...message, secrets: [ed25519(2)] })["webhook-signature"]
  /** A header of which the last entry counts. */
  const after = (count: number, filler: string, last: string) => [...Array(count).fill(filler), last].join(" ")

  it.each<[string, Record<string, string | undefined>, Outcome]>([
    ["as it was signed", {}, "verified"],
    ["without id", { "webhook-id": undefined }, "MissingHeaders"],
    ["without timestamp", { "webhook-timestamp": undefined }, "MissingHeaders"],
    ["without signature", { "webhook-signature": undefined }, "MissingHeaders"],
    ["with an empty id", { "webhook-id": "" }, "MissingHeaders"],
    ["with an empty timestamp", { "webhook-timestamp": "" }, "MissingHeaders"],
    ["with an empty signature", { "webhook-signature": "" }, "MissingHeaders"],
    ["with a dot in the id", { "webhook-id": "msg.1" }, "InvalidId"],
    ["with a space in the id", { "webhook-id": "msg 1" }, "InvalidId"],
    ["with the id twice", { "webhook-id": "msg_1, msg_1" }, "InvalidId"],
    ["with a line feed after the id", { "webhook-id": "msg_1\n" }, "InvalidId"],
    ["with an umlaut in the id", { "webhook-id": "mßg_1" }, "InvalidId"],
    ["with an id of 257 characters", { "webhook-id": "m".repeat(257) }, "InvalidId"],
    ["with an id of 256 characters that was not signed", { "webhook-id": "m".repeat(256) }, "NoMatch"],
    ["with words for a timestamp", { "webhook-timestamp": "hello" }, "InvalidTimestamp"],
    ["with a fraction", { "webhook-timestamp": `${T}.0` }, "InvalidTimestamp"],
    ["with a zero before the timestamp", { "webhook-timestamp": `0${T}` }, "InvalidTimestamp"],
    ["with a plus before the timestamp", { "webhook-timestamp": `+${T}` }, "InvalidTimestamp"],
    ["with a negative timestamp", { "webhook-timestamp": `-${T}` }, "InvalidTimestamp"],
    ["with a hexadecimal timestamp", { "webhook-timestamp": "0x6553f100" }, "InvalidTimestamp"],
    ["with an exponent", { "webhook-timestamp": "17e8" }, "InvalidTimestamp"],
    ["with a space after the timestamp", { "webhook-timestamp": `${T} ` }, "InvalidTimestamp"],
    ["with a line feed after the timestamp", { "webhook-timestamp": `${T}\n` }, "InvalidTimestamp"],
    ["with a timestamp of many digits", { "webhook-timestamp": "9".repeat(400) }, "InvalidTimestamp"],
    ["with milliseconds", { "webhook-timestamp": `${T}000` }, "InvalidTimestamp"],
    ["with a timestamp of 12 digits", { "webhook-timestamp": "9".repeat(12) }, "TooNew"],
    ["from 1970", { "webhook-timestamp": "0" }, "Expired"],
    ["with a signature header of 4097 characters", { "webhook-signature": "v".repeat(4097) }, "InvalidSignatureHeader"],
    ["with a signature header of 4096 characters", { "webhook-signature": "v".repeat(4096) }, "NoMatch"],
    ["with another's signature", { "webhook-signature": other }, "NoMatch"],
    ["with no version", { "webhook-signature": good.slice("v1,".length) }, "NoMatch"],
    ["with an unknown version", { "webhook-signature": good.replace("v1,", "v2,") }, "NoMatch"],
    ["with the version of ed25519", { "webhook-signature": good.replace("v1,", "v1a,") }, "NoMatch"],
    ["with a version in capitals", { "webhook-signature": good.replace("v1,", "V1,") }, "NoMatch"],
    ["with only a version", { "webhook-signature": "v1," }, "NoMatch"],
    ["with a cut signature", { "webhook-signature": good.slice(0, -1) }, "NoMatch"],
    ["with a longer signature", { "webhook-signature": `${good}=` }, "NoMatch"],
    ["with commas between signatures", { "webhook-signature": `${other},${good}` }, "NoMatch"],
    ["with umlauts for a signature", { "webhook-signature": `v1,${"ß".repeat(44)}` }, "NoMatch"],
    ["with ours after another's", { "webhook-signature": `${other} ${good}` }, "verified"],
    ["with ours before another's", { "webhook-signature": `${good} ${other}` }, "verified"],
    ["with ours among unknown versions", { "webhook-signature": `v2,x ${good} v9` }, "verified"],
    ["with ours as 16th signature", { "webhook-signature": after(15, other, good) }, "verified"],
    ["with ours as 17th signature", { "webhook-signature": after(16, other, good) }, "NoMatch"],
  ])("%s", (_, changed, expected) => {
    expect(receive({ ...headers, ...changed }, [secret])).toBe(expected)
  })

  it.each<[string, string, Outcome]>([
    ["with ours", ed, "verified"],
    ["with another's", badEd, "NoMatch"],
    ["with the version of HMAC", ed.replace("v1a,", "v1,"), "NoMatch"],
    ["with only a version", "v1a,", "NoMatch"],
    ["with an HMAC's length", "v1a,Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc=", "NoMatch"],
    ["in the URL alphabet", ed.replaceAll("+", "-").replaceAll("/", "_"), "NoMatch"],
    ["with zeros", `v1a,${Buffer.alloc(64).toString("base64")}`, "NoMatch"],
    ["with ours as 4th of v1a", after(3, badEd, ed), "verified"],
    ["with ours as 5th of v1a", after(4, badEd, ed), "NoMatch"],
    ["with ours after many v1", after(15, good, ed), "verified"],
  ])("for a public key, %s", (_, signatures, expected) => {
    expect(receive({ ...headers, "webhook-signature": signatures }, [public1])).toBe(expected)
  })

  it("the case of the URL alphabet differs from the standard one", () => expect(ed).toMatch(/[+/]/))

  it("verifies with the headers of Effect's HTTP", () => {
    const incoming = Headers.fromInput({
      "Webhook-Id": "msg_1",
      "Webhook-Timestamp": `${T}`,
      "Webhook-Signature": good,
    })
    expect(receive(incoming, [secret])).toBe("verified")
  })

  it("never verifies without secrets", () => expect(receive(headers, [])).toBe("NoMatch"))

  it("returns its id and time, and a failure reveals nothing", () => {
    expect(WebhookSignature.verifyAt(T * 1000, { headers, body, secrets: [secret] })).toEqual(
      Result.succeed({ id: "msg_1", timestamp: T }),
    )
    const failed = WebhookSignature.verifyAt(T * 1000, { headers, body, secrets: [hmac(2)] })
    expect(JSON.stringify(failed)).not.toMatch(/msg_1|contact|v1,/)
    expect(Result.isFailure(failed) && failed.failure.message).toBe("no signature matches")
  })
})

describe("rotation", () => {
  const [old, next, later] = [hmac(1), hmac(2), hmac(3)]
  const key = ed25519(1)
  const publicKey = Secret.publicKey(key)

  it.each<[string, readonly [Secret.SigningSecret, ...Array<Secret.SigningSecret>], Array<Secret.Secret>, Outcome]>([
    ["before", [old], [old], "verified"],
    ["the receiver first: both known, the old one used", [old], [old, next], "verified"],
    ["the sender first: both used, the old one known", [old, next], [old], "verified"],
    ["both used, the new one known", [old, next], [next], "verified"],
    ["both used, both known, in another order", [old, next], [next, old], "verified"],
    ["after", [next], [next], "verified"],
    ["the old one is gone", [old], [next], "NoMatch"],
    ["two used, a third known", [old, next], [later], "NoMatch"],
    ["from HMAC to ed25519, the receiver still at HMAC", [old, key], [old], "verified"],
    ["from HMAC to ed25519, the receiver at the public key", [old, key], [publicKey], "verified"],
    ["from HMAC to ed25519, the receiver knows both", [old], [publicKey, old], "verified"],
    ["ed25519, verified by the sender's own secret", [key], [key], "verified"],
    ["ed25519 to ed25519", [key, ed25519(2)], [Secret.publicKey(ed25519(2))], "verified"],
    ["another's public key", [key], [Secret.publicKey(ed25519(2))], "NoMatch"],
  ])("%s", (_, signing, verifying, expected) => {
    const headers = WebhookSignature.sign({ ...message, secrets: signing })
    expect(headers["webhook-signature"].split(" ")).toHaveLength(signing.length)
    expect(receive(headers, verifying)).toBe(expected)
  })
})

describe("properties", () => {
  // The largest size, or nearly all bodies would have ten bytes.
  const bytes = fc.uint8Array({ maxLength: 300, size: "max" })
  const anyId = fc.stringMatching(/^[\x21-\x2d\x2f-\x7e]{1,256}$/).map((text) => id(text))
  const time = fc.integer({ min: 0, max: 999_999_999_999 })
  const secrets = [hmac(9), ed25519(9)] as const
  const check = (headers: WebhookSignature.SignatureHeaders, body: Uint8Array, timestamp: number, which: 0 | 1) =>
    WebhookSignature.verifyAt(timestamp * 1000, { headers, body, secrets: [secrets[which]] })
  const which = fc.constantFrom<0 | 1>(0, 1)

  it("verifies any id, time and body", () => {
    fc.assert(
      fc.property(anyId, time, bytes, which, (id, timestamp, body, which) => {
        const headers = WebhookSignature.sign({ id, timestamp, body, secrets })
        expect(check(headers, body, timestamp, which)).toEqual(Result.succeed({ id, timestamp }))
      }),
    )
  })

  it("signs a string as UTF-8", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        const headers = WebhookSignature.sign({ ...message, body: text, secrets })
        expect(receive(headers, [secrets[0]], new TextEncoder().encode(text))).toBe("verified")
      }),
    )
  })

  const flip = (text: string, position: number, bit: number) => {
    const at = position % text.length
    return text.slice(0, at) + String.fromCharCode(text.charCodeAt(at) ^ (1 << bit)) + text.slice(at + 1)
  }
  const position = fc.nat()
  const bit = fc.nat({ max: 7 })

  it.each(["webhook-id", "webhook-timestamp", "webhook-signature"] as const)(
    "a flipped bit in %s is noticed",
    (name) => {
      fc.assert(
        fc.property(anyId, time, bytes, which, position, bit, (id, timestamp, body, which, position, bit) => {
          const headers = WebhookSignature.sign({ id, timestamp, body, secrets: [secrets[which]] })
          const changed = { ...headers, [name]: flip(headers[name], position, bit) }
          const tolerance = Number.POSITIVE_INFINITY
          expect(
            outcome(WebhookSignature.verifyAt(T, { headers: changed, body, secrets: [secrets[which]] }, { tolerance })),
          ).not.toBe("verified")
        }),
      )
    },
  )

  it("detects a flipped bit in the body", () => {
    const some = fc.uint8Array({ minLength: 1, maxLength: 300, size: "max" })
    fc.assert(
      fc.property(some, which, position, bit, (body, which, position, bit) => {
        const headers = WebhookSignature.sign({ ...message, body, secrets })
        const changed = body.map((byte, at) => (at === position % body.length ? byte ^ (1 << bit) : byte))
        expect(outcome(check(headers, changed, T, which))).toBe("NoMatch")
      }),
    )
  })

  it("detects a change of any bit of a signature", () => {
    for (const secret of secrets) {
      const headers = WebhookSignature.sign({ ...message, secrets: [secret] })
      const signature = headers["webhook-signature"]
      for (let at = 0; at < signature.length; at++)
        for (let bit = 0; bit < 8; bit++)
          expect(receive({ ...headers, "webhook-signature": flip(signature, at, bit) }, [secret])).toBe("NoMatch")
    }
  })

  it("rejects hostile headers without throwing", () => {
    const text = fc.string({ unit: "binary", maxLength: 100 })
    const base64 = fc.base64String({ minLength: 40, maxLength: 92 })
    const entry = fc
      .tuple(fc.constantFrom("v1,", "v1a,", "v2,", "", " "), fc.oneof(text, base64))
      .map((parts) => parts.join(""))
    const signatures = fc.array(entry, { maxLength: 40 }).map((entries) => entries.join(" "))
    fc.assert(
      fc.property(
        fc.oneof(fc.constant("msg_1"), text),
        fc.oneof(fc.constant(`${T}`), text),
        signatures,
        bytes,
        (...given) => {
          const [id, timestamp, signature, body] = given
          const headers = { "webhook-id": id, "webhook-timestamp": timestamp, "webhook-signature": signature }
          expect(receive(headers, secrets, body)).not.toBe("verified")
        },
      ),
    )
  })
})

describe("the time window", () => {
  const secret = hmac(1)
  const signed = WebhookSignature.sign({ ...message, secrets: [secret] })
  const received = { headers: signed, body, secrets: [secret] }
  const minutes = (count: number) => count * 60_000

  it.effect.each<[string, number, WebhookSignature.VerifyOptions | undefined, Outcome]>([
    ["at once", 0, undefined, "verified"],
    ["5 minutes later", minutes(5), undefined, "verified"],
    ["5 minutes and a millisecond later", minutes(5) + 1, undefined, "Expired"],
    ["5 minutes before", -minutes(5), undefined, "verified"],
    ["5 minutes and a millisecond before", -minutes(5) - 1, undefined, "TooNew"],
    ["a second later, tolerance a second", 1000, { tolerance: "1 second" }, "verified"],
    ["later by more, tolerance a second", 1001, { tolerance: "1 second" }, "Expired"],
    ["before by more, tolerance a second", -1001, { tolerance: "1 second" }, "TooNew"],
    ["an hour later, tolerance an hour", minutes(60), { tolerance: "1 hour" }, "verified"],
    ["an hour later, any tolerance", minutes(60), { tolerance: "Infinity" }, "verified"],
  ])("%s", ([, later, options, expected]) =>
    Effect.gen(function* () {
      yield* TestClock.setTime(T * 1000 + later)
      const result = yield* Effect.result(WebhookSignature.verify(received, options))
      expect(outcome(result)).toBe(expected)
    }),
  )

  it.effect("a retry carries the same id and is as welcome", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(T * 1000)
      const first = yield* WebhookSignature.signNow({ ...message, secrets: [secret] })
      expect(first).toEqual(signed)
      yield* TestClock.adjust("1500 millis")
      const second = yield* WebhookSignature.signNow({ ...message, secrets: [secret] })
      expect(second["webhook-timestamp"]).toBe(`${T + 1}`)
      for (const headers of [first, first, second])
        expect((yield* WebhookSignature.verify({ ...received, headers })).id).toBe("msg_1")
    }),
  )

  it("rejects every message when the time is NaN", () => {
    expect(outcome(WebhookSignature.verifyAt(Number.NaN, received))).toBe("Expired")
  })
})

describe("message ids", () => {
  it.effect("are fresh, and of 144 bits", () =>
    Effect.gen(function* () {
      const ids = yield* Effect.all(Array.from({ length: 1000 }, () => WebhookId.make))
      expect(new Set(ids).size).toBe(1000)
      for (const one of ids) expect(one).toMatch(/^msg_[A-Za-z0-9_-]{24}$/)
    }),
  )

  it("the guard and the schema agree", () => {
    const byGuard = (text: string) => WebhookId.isWebhookId(text)
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.string({ unit: "binary" }), fc.string({ minLength: 250, maxLength: 260 })),
        (text) => {
          expect(Schema.is(WebhookId.WebhookId)(text)).toBe(byGuard(text))
        },
      ),
    )
  })
})
