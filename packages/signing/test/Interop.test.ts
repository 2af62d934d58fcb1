/**
 * Against others: the reference library, the test vectors of the reference libraries, and node:crypto by hand.
 */

import { createPrivateKey, sign, verify } from "node:crypto"
import { describe, expect, it } from "@effect/vitest"
import { fc } from "@espalier/testing/Property"
import { Result, Schema } from "effect"
import { Webhook } from "standardwebhooks"
import { Secret, WebhookId, WebhookSignature } from "../src/index.ts"

const secret = Schema.decodeSync(Secret.signingFromString)
const id = Schema.decodeSync(WebhookId.WebhookId)
const nowMillis = () => Date.now()

describe("vectors of the reference libraries", () => {
  const message = { id: id("msg_p5jXN8AQM9LWM0D4loKWxJek"), timestamp: 1614265330, body: '{"test": 2432232314}' }
  const vectors = [
    {
      text: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
      signature: "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    },
    {
      text: "whsk_VEVTVFNJR05JTkdLRVlET05PVFVTRVRISVNGT1JBTlk=",
      signature: "v1a,tQ9V2XOqn7jL/DQenEFpqIugdBVtiMmER5mhSkXBNwM0mkATuDe6KYYUuxqtaiHeYGb7KaaBRdM5WqyeFiL8Ag==",
    },
  ]

  it.each(vectors)("signs $signature", ({ text, signature }) => {
    expect(WebhookSignature.sign({ ...message, secrets: [secret(text)] })).toEqual({
      "webhook-id": message.id,
      "webhook-timestamp": "1614265330",
      "webhook-signature": signature,
    })
  })

  it.each(vectors)("verifies $signature", ({ text, signature }) => {
    const headers = {
      "webhook-id": message.id,
      "webhook-timestamp": "1614265330",
      "webhook-signature": signature,
    }
    expect(
      WebhookSignature.verifyAt(1614265330_000, { headers, body: Buffer.from(message.body), secrets: [secret(text)] }),
    ).toEqual(Result.succeed({ id: message.id, timestamp: 1614265330 }))
  })
})

const hmacText = fc
  .uint8Array({ minLength: 24, maxLength: 64 })
  .map((key) => `whsec_${Buffer.from(key).toString("base64")}`)
const messageId = fc.stringMatching(/^[\x21-\x2d\x2f-\x7e]{1,60}$/)
// Well-formed, for the reference library takes text; not empty, for it answers an empty body with `undefined`.
const text = fc.string({ unit: "grapheme", minLength: 1 })

describe("the reference library", () => {
  it("verifies what we sign", () => {
    fc.assert(
      fc.property(hmacText, hmacText, messageId, fc.json(), (key, other, name, body) => {
        const timestamp = Math.floor(nowMillis() / 1000)
        const headers = WebhookSignature.sign({ id: id(name), timestamp, body, secrets: [secret(other), secret(key)] })
        expect(new Webhook(key).verify(body, { ...headers })).toEqual(JSON.parse(body))
      }),
    )
  })

  it("signs what we verify", () => {
    fc.assert(
      fc.property(hmacText, messageId, text, (key, name, body) => {
        const now = nowMillis()
        const timestamp = Math.floor(now / 1000)
        const headers = {
          "webhook-id": name,
          "webhook-timestamp": String(timestamp),
          "webhook-signature": new Webhook(key).sign(name, new Date(now), body),
        }
        expect(WebhookSignature.verifyAt(now, { headers, body: Buffer.from(body), secrets: [secret(key)] })).toEqual(
          Result.succeed({ id: name, timestamp }),
        )
      }),
    )
  })
})

describe("node:crypto's ed25519", () => {
  const key = createPrivateKey({
    key: {
      kty: "OKP",
      crv: "Ed25519",
      d: Buffer.from("VEVTVFNJR05JTkdLRVlET05PVFVTRVRISVNGT1JBTlk=", "base64").toString("base64url"),
      x: "",
    },
    format: "jwk",
  })
  const ours = secret("whsk_VEVTVFNJR05JTkdLRVlET05PVFVTRVRISVNGT1JBTlk=")
  const body = Uint8Array.of(0, 255, 128, 10)
  const content = Buffer.concat([Buffer.from("msg_1.1700000000."), body])

  it("verifies what we sign", () => {
    const headers = WebhookSignature.sign({ id: id("msg_1"), timestamp: 1700000000, body, secrets: [ours] })
    const signature = Buffer.from(headers["webhook-signature"].slice("v1a,".length), "base64")
    expect(verify(null, content, key, signature)).toBe(true)
  })

  it("signs what we verify, by the public key alone", () => {
    const headers = {
      "webhook-id": "msg_1",
      "webhook-timestamp": "1700000000",
      "webhook-signature": `v1a,${sign(null, content, key).toString("base64")}`,
    }
    const secrets = ours._tag === "Ed25519Private" ? [Secret.publicKey(ours)] : []
    expect(WebhookSignature.verifyAt(1700000000_000, { headers, body, secrets })).toEqual(
      Result.succeed({ id: "msg_1", timestamp: 1700000000 }),
    )
  })
})
