import { webcrypto } from "node:crypto"
import { inspect } from "node:util"
import { describe, expect, it } from "@effect/vitest"
import { options } from "@espalier/testing/Property"
import { Redacted, Result, Schema } from "effect"
import { Sealing } from "../src/index.ts"

const key = (fill: number) => Result.getOrThrow(Sealing.parseKey(Buffer.alloc(32, fill).toString("base64")))
const opened = (sealing: Sealing.Sealing["Service"], sealed: string, context: string) =>
  Result.map(sealing.open(sealed, context), Redacted.value)

describe("sealing", () => {
  const sealing = Sealing.make([key(1)])

  it.prop(
    "opens what it sealed",
    [Schema.String, Schema.String],
    ([string, context]) => {
      const text = string.toWellFormed()
      expect(opened(sealing, sealing.seal(text, context), context)).toEqual(Result.succeed(text))
    },
    options(),
  )

  it("seals the same text to another value each time, and shows none of it", () => {
    const [one, other] = [sealing.seal("whsec_secret", "a"), sealing.seal(Redacted.make("whsec_secret"), "a")]
    expect(one).not.toBe(other)
    expect(one + other).not.toContain("whsec")
  })

  it("is AES-256-GCM as Web Crypto implements it: nonce, ciphertext, tag; the context as additional data", async () => {
    const sealed = sealing.seal("whsec_é", "integration/int_1/secret")
    const bytes = Buffer.from(sealed.split(":")[3] ?? "", "base64url")
    const imported = await webcrypto.subtle.importKey("raw", Buffer.alloc(32, 1), "AES-GCM", false, ["decrypt"])
    const plain = await webcrypto.subtle.decrypt(
      {
        name: "AES-GCM",
        iv: bytes.subarray(0, 12),
        additionalData: Buffer.from("integration/int_1/secret"),
        tagLength: 128,
      },
      imported,
      bytes.subarray(12),
    )
    expect(Buffer.from(plain).toString()).toBe("whsec_é")
  })

  it.prop(
    "rejects a text with any byte changed",
    [Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 37 }))],
    ([at]) => {
      const sealed = sealing.seal("0123456789", "a")
      const [head, bytes] = [
        sealed.slice(0, sealed.lastIndexOf(":") + 1),
        Buffer.from(sealed.split(":")[3] ?? "", "base64url"),
      ]
      expect(bytes.length).toBe(38)
      bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at)
      expect(sealing.open(head + bytes.toString("base64url"), "a")).toMatchObject({ failure: { reason: "Damaged" } })
    },
    options(),
  )

  it.each(["", "!", "AAAA"])("rejects a text cut to %j", (payload) => {
    const sealed = sealing.seal("0123456789", "a")
    const cut = sealed.slice(0, sealed.lastIndexOf(":") + 1) + payload
    expect(sealing.open(cut, "a")).toMatchObject({ failure: { reason: "Damaged" } })
  })

  it("rejects a text copied to another row", () => {
    expect(sealing.open(sealing.seal("x", "row/1"), "row/2")).toMatchObject({ failure: { reason: "Damaged" } })
  })

  it("names the key that is missing", () => {
    const sealed = Sealing.make([key(2)]).seal("x", "a")
    const result = sealing.open(sealed, "a")
    expect(result).toMatchObject({ failure: { reason: "KeyNotFound", keyId: key(2).id } })
    expect(Result.isFailure(result) && result.failure.message).toContain(key(2).id)
  })

  it("opens a text from before a key was configured", () => {
    expect(opened(sealing, "whsec_plain", "a")).toEqual(Result.succeed("whsec_plain"))
    expect(sealing.isCurrent("whsec_plain")).toBe(false)
  })

  it("opens what an older key sealed, and seals with the newest", () => {
    const old = Sealing.make([key(1)]).seal("x", "a")
    const rotated = Sealing.make([key(2), key(1)])
    expect(opened(rotated, old, "a")).toEqual(Result.succeed("x"))
    expect([rotated.isCurrent(old), rotated.isCurrent(rotated.seal("x", "a"))]).toEqual([false, true])
    expect(opened(Sealing.make([key(2)]), rotated.seal("x", "a"), "a")).toEqual(Result.succeed("x"))
  })
})

describe("a sealing key", () => {
  it.each([
    "",
    "short",
    `${"A".repeat(43)}==`,
    "A".repeat(44),
    Buffer.alloc(31).toString("base64"),
    Buffer.alloc(33).toString("base64"),
  ])("is not %j", (text) => {
    expect(Sealing.parseKey(text)).toMatchObject({ failure: { _tag: "InvalidSealingKey" } })
  })

  it("is read in both base64 alphabets, with a newline after it", () => {
    const bytes = Buffer.alloc(32, 0xff)
    const ids = [`${bytes.toString("base64")}\n`, bytes.toString("base64url")].map(
      (text) => Result.getOrThrow(Sealing.parseKey(Redacted.make(text))).id,
    )
    expect(ids[0]).toBe(ids[1])
  })

  it("does not show its bytes", () => {
    expect(inspect(key(7), { depth: 9 }) + JSON.stringify(key(7))).not.toMatch(/7, ?7|BwcH/)
  })
})
