/**
 * `combinedDeclarationsToken` against `node:crypto` and the protocol's definition: server and backend must agree.
 */

import { createHash } from "node:crypto"
import { describe, expect, it } from "@effect/vitest"
import { options } from "@espalier/testing/Property"
import {
  combinedDeclarationsToken,
  type DeclarationTokens,
  DeclarationTokens as DeclarationTokensSchema,
} from "../src/index.ts"

const independent = (tokens: DeclarationTokens): string => {
  const order = [tokens.activationsToken, tokens.configurationsToken, tokens.assetsToken, tokens.managementToken]
  const parts = order.flatMap((token) => {
    const length = Buffer.alloc(4)
    length.writeUInt32BE(Buffer.byteLength(token, "utf8"))
    return [length, Buffer.from(token, "utf8")]
  })
  return createHash("sha256").update(Buffer.concat(parts)).digest("hex")
}

const four = (
  activationsToken: string,
  configurationsToken: string,
  assetsToken: string,
  managementToken: string,
): DeclarationTokens => ({ activationsToken, configurationsToken, assetsToken, managementToken })

describe("combinedDeclarationsToken", () => {
  it.prop(
    "is the SHA-256 of the four tokens, each preceded by its length",
    [DeclarationTokensSchema],
    ([tokens]) => {
      expect(combinedDeclarationsToken(tokens)).toBe(independent(tokens))
    },
    options(),
  )

  it.each([
    // printf '\0\0\0\1a\0\0\0\1b\0\0\0\1c\0\0\0\1d' | sha256sum
    [four("a", "b", "c", "d"), "94bf9e758f44b2d0d3d9d2b26e9e0f5577b889fb61b3cc6a1e99b666e887d589"],
    // printf '\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0' | sha256sum
    [four("", "", "", ""), "374708fff7719dd5979ec875d56cd2286f6d3cf7ec317a3b25632aab28ec37bb"],
    // printf '\0\0\0\3\xe2\x82\xac\0\0\0\0\0\0\0\0\0\0\0\0' | sha256sum: lengths count bytes
    [four("€", "", "", ""), "4c96052db6b8c5ed805c7272cfcf6a2bea850a9dcf0b65d717973234c8cd4fdb"],
  ])("%j", (tokens, token) => {
    expect(combinedDeclarationsToken(tokens)).toBe(token)
  })

  it("distinguishes tokens that have the same concatenation", () => {
    const tokens = [four("ab", "", "", ""), four("a", "b", "", ""), four("", "ab", "", ""), four("", "", "ab", "")]
    expect(new Set(tokens.map(combinedDeclarationsToken)).size).toBe(tokens.length)
  })

  it("accepts long tokens and lone surrogates", () => {
    for (const token of ["x".repeat(100_000), "\ud800"]) {
      expect(combinedDeclarationsToken(four(token, token, token, token))).toBe(
        independent(four(token, token, token, token)),
      )
    }
  })
})
