import { createPrivateKey, createPublicKey } from "node:crypto"
import { inspect } from "node:util"
import { describe, expect, it } from "@effect/vitest"
import { fc } from "@espalier/testing/Property"
import { Cause, Effect, Equal, Exit, Logger, Result, Schema } from "effect"
import { Secret } from "../src/index.ts"

const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString("base64")
const bytes = (size: number) => fc.uint8Array({ minLength: size, maxLength: size })
const filled = (size: number, value = 7) => base64(new Uint8Array(size).fill(value))

/** RFC 8032 §7.1, test 1. */
const rfc8032 = {
  seed: Buffer.from("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60", "hex"),
  publicKey: Buffer.from("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "hex"),
}
const whsk64 = `whsk_${base64(Buffer.concat([rfc8032.seed, rfc8032.publicKey]))}`

describe("reading", () => {
  it.each([
    ["whsec_ of 24 bytes", `whsec_${filled(24)}`, "Hmac"],
    ["whsec_ of 64 bytes", `whsec_${filled(64)}`, "Hmac"],
    ["whsk_ of the seed", `whsk_${base64(rfc8032.seed)}`, "Ed25519Private"],
    ["whsk_ of seed and public key", whsk64, "Ed25519Private"],
    ["whpk_", `whpk_${base64(rfc8032.publicKey)}`, "Ed25519Public"],
  ])("reads %s", (_, text, tag) => {
    expect(Result.map(Secret.parse(text), (secret) => [secret._tag, Secret.format(secret)])).toEqual(
      Result.succeed([tag, text]),
    )
  })

  it.each([
    ["nothing", "", "UnknownPrefix"],
    ["no prefix", filled(32), "UnknownPrefix"],
    ["a prefix in capitals", `WHSEC_${filled(32)}`, "UnknownPrefix"],
    ["a prefix after a space", ` whsec_${filled(32)}`, "UnknownPrefix"],
    ["an empty whsec_", "whsec_", "InvalidLength"],
    ["whsec_ of 23 bytes", `whsec_${filled(23)}`, "InvalidLength"],
    ["whsec_ of 65 bytes", `whsec_${filled(65)}`, "InvalidLength"],
    ["whsec_ of a megabyte", `whsec_${"A".repeat(1 << 20)}`, "InvalidLength"],
    ["a megabyte of something else, unread", `whsec_${"!".repeat(1 << 20)}`, "InvalidLength"],
    ["whsk_ of 31 bytes", `whsk_${filled(31)}`, "InvalidLength"],
    ["whsk_ of 33 bytes", `whsk_${filled(33)}`, "InvalidLength"],
    ["whpk_ of 64 bytes", `whpk_${filled(64)}`, "InvalidLength"],
    ["whsk_ with another's public key", `whsk_${base64(Buffer.concat([rfc8032.seed, rfc8032.seed]))}`, "KeyMismatch"],
    ["base64 without its padding", `whsec_${filled(32).replace("=", "")}`, "NotBase64"],
    ["the URL alphabet", `whsec_${filled(33, 0xff).replaceAll("/", "_")}`, "NotBase64"],
    ["bits past the end", `whsec_${filled(31, 0)}`.replace(/A==$/, "B=="), "NotBase64"],
    ["a line feed at the end", `whsec_${filled(32)}\n`, "NotBase64"],
    ["a line feed within", `whsec_${filled(16)}\n${filled(16)}`, "NotBase64"],
  ])("rejects %s", (_, text, reason) => {
    const result = Secret.parse(text)
    expect(Result.isFailure(result) ? result.failure.reason : "parsed").toBe(reason)
  })

  it("accepts signing secrets only", () => {
    expect(Result.isSuccess(Secret.parseSigning(`whsec_${filled(32)}`))).toBe(true)
    expect(Result.isSuccess(Secret.parseSigning(whsk64))).toBe(true)
    const refused = Secret.parseSigning(`whpk_${filled(32)}`)
    expect(Result.isFailure(refused) ? refused.failure.reason : "parsed").toBe("CannotSign")
  })

  it("round-trips its text", () => {
    const hmac = fc.uint8Array({ minLength: 24, maxLength: 64 }).map((key) => `whsec_${base64(key)}`)
    const seed = bytes(32).map((key) => `whsk_${base64(key)}`)
    fc.assert(
      fc.property(fc.oneof(hmac, seed), (text) => {
        const secret = Schema.decodeSync(Secret.fromString)(text)
        expect(Schema.encodeSync(Secret.fromString)(secret)).toBe(text)
      }),
    )
  })
})

describe("the public key", () => {
  const whpk = `whpk_${base64(rfc8032.publicKey)}`

  it.each([`whsk_${base64(rfc8032.seed)}`, whsk64])("of RFC 8032's first key", (text) => {
    const secret = Schema.decodeSync(Secret.fromString)(text)
    expect(secret._tag === "Ed25519Private" && Secret.format(Secret.publicKey(secret))).toBe(whpk)
  })

  it.effect("of a generated secret is the one node:crypto derives", () =>
    Effect.gen(function* () {
      const secret = yield* Secret.generateEd25519
      const d = Buffer.from(Secret.format(secret).slice("whsk_".length), "base64").toString("base64url")
      const x = Buffer.from(Secret.format(Secret.publicKey(secret)).slice("whpk_".length), "base64").toString(
        "base64url",
      )
      const key = createPrivateKey({ key: { kty: "OKP", crv: "Ed25519", d, x }, format: "jwk" })
      expect(createPublicKey(key).export({ format: "jwk" })).toMatchObject({ x })
    }),
  )
})

it.effect("generated secrets are well formed, and differ", () =>
  Effect.gen(function* () {
    const texts = [
      yield* Secret.generateHmac,
      yield* Secret.generateHmac,
      yield* Secret.generateEd25519,
      yield* Secret.generateEd25519,
    ].map(Secret.format)
    expect(new Set(texts).size).toBe(4)
    for (const text of texts) expect(Result.isSuccess(Secret.parseSigning(text))).toBe(true)
  }),
)

it("secrets with equal texts are equal", () => {
  const read = (text: string) => Schema.decodeSync(Secret.fromString)(text)
  expect(Equal.equals(read(`whsec_${filled(32, 1)}`), read(`whsec_${filled(32, 1)}`))).toBe(true)
  expect(Equal.equals(read(`whsec_${filled(32, 1)}`), read(`whsec_${filled(32, 2)}`))).toBe(false)
  expect(Equal.equals(read(`whsk_${filled(32, 1)}`), read(`whpk_${filled(32, 1)}`))).toBe(false)
})

describe("a secret does not show", () => {
  const texts = [`whsec_${filled(32, 1)}`, `whsk_${filled(32, 2)}`, whsk64, `whpk_${filled(32, 3)}`]

  /** The text, and its bytes as inspection might spell them. */
  const traces = (text: string) => {
    const key = Buffer.from(text.slice(text.indexOf("_") + 1), "base64")
    return [text.slice(8), key.toString("hex").slice(0, 16), inspect(key).slice(8, 30), [...key.slice(0, 4)].join(",")]
  }

  const shows = (printed: string, text: string) => traces(text).some((trace) => printed.includes(trace))

  it("the check detects a visible secret", () => {
    for (const text of texts) {
      const key = Buffer.from(text.slice(text.indexOf("_") + 1), "base64")
      for (const leak of [text, inspect(key), key.toString("hex"), JSON.stringify(key)])
        expect(shows(leak, text)).toBe(true)
    }
  })

  it.each(texts)("when printed: %#", (text) => {
    const secret = Schema.decodeSync(Secret.fromString)(text)
    const printed = [
      JSON.stringify(secret),
      JSON.stringify({ nested: [secret] }),
      String(secret),
      `${secret}`,
      inspect(secret, { showHidden: true, depth: 20, getters: true }),
      inspect({ nested: [secret] }, { depth: 20 }),
      JSON.stringify({ ...secret }),
      inspect(Object.getOwnPropertyDescriptors(secret), { showHidden: true, depth: 20 }),
    ]
    for (const one of printed) expect(shows(one, text)).toBe(false)
    expect(printed[0]).toContain(`<redacted:${text.slice(0, text.indexOf("_"))}>`)
  })

  it.effect("when logged", () =>
    Effect.gen(function* () {
      const lines: Array<string> = []
      const capture = (format: Logger.Logger<unknown, string>) =>
        Logger.map(format, (line) => {
          lines.push(line)
        })
      const loggers = Logger.layer([Logger.formatSimple, Logger.formatLogFmt, Logger.formatJson].map(capture))
      for (const text of texts) {
        const secret = Schema.decodeSync(Secret.fromString)(text)
        yield* Effect.log("secret", secret, { secret }).pipe(Effect.annotateLogs({ secret }), Effect.provide(loggers))
      }
      expect(lines).toHaveLength(3 * texts.length)
      for (const text of texts) expect(shows(lines.join("\n"), text)).toBe(false)
    }),
  )

  it.each([
    ["without padding", `whsec_${filled(32, 1).replace("=", "")}`],
    ["too short", `whsec_${filled(23, 1)}`],
    ["without a prefix", `secret${filled(32, 1)}`],
    ["not a pair", `whsk_${filled(64, 1)}`],
  ])("when it is invalid, %s", (_, text) => {
    for (const schema of [Secret.fromString, Secret.signingFromString]) {
      const exit = Schema.decodeUnknownExit(Schema.Struct({ secrets: Schema.Array(schema) }))({ secrets: [text] })
      const printed = Exit.isFailure(exit)
        ? Cause.pretty(exit.cause) + inspect(exit, { depth: 20 }) + JSON.stringify(exit)
        : ""
      expect(printed).toContain("Invalid secret")
      expect(shows(printed, text)).toBe(false)
    }
  })
})
