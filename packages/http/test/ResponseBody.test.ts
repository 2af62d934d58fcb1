import { gzipSync } from "node:zlib"
import { describe, expect, it } from "@effect/vitest"
import { Effect, Exit, Stream } from "effect"
import { HttpClientRequest, HttpClientResponse } from "effect/http"
import { ResponseBody } from "../src/index.ts"

type Body = ConstructorParameters<typeof Response>[0]

const read = (body: Body, headers: Record<string, string> = {}) => {
  const response = HttpClientResponse.fromWeb(
    HttpClientRequest.get("http://localhost/"),
    new Response(body, { headers }),
  )
  return Effect.map(ResponseBody.read(response, 5), (bytes) => new TextDecoder().decode(bytes))
}

const chunks = (...texts: ReadonlyArray<string>) =>
  Stream.toReadableStream(Stream.encodeText(Stream.fromIterable(texts)))

describe("read", () => {
  it.effect.each<[string, Body, Record<string, string>]>([
    ["a body of declared length", "abcde", { "content-length": "5" }],
    ["a body of unknown length", chunks("abc", "de"), {}],
  ])("returns %s", ([, body, headers]) =>
    Effect.gen(function* () {
      expect(yield* read(body, headers)).toBe("abcde")
    }),
  )

  it.effect("returns an empty body", () =>
    Effect.gen(function* () {
      expect(yield* read(null)).toBe("")
    }),
  )

  it.effect.each<[string, Body, Record<string, string>]>([
    ["a declared length over the limit", null, { "content-length": "6" }],
    ["chunks over the limit", chunks("abc", "def"), {}],
  ])("rejects %s", ([, body, headers]) =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(read(body, headers))
      expect(error).toMatchObject({ _tag: "ResponseTooLarge", maxBytes: 5 })
      expect(error.message).toBe("The body is larger than 5 bytes")
    }),
  )

  it.effect("stops reading at the limit", () =>
    Effect.gen(function* () {
      let pulled = 0
      const endless = new ReadableStream({
        pull: (controller) => {
          pulled++
          controller.enqueue(new Uint8Array(3))
        },
      })
      expect(Exit.isFailure(yield* Effect.exit(read(endless)))).toBe(true)
      expect(pulled).toBeLessThan(10)
    }),
  )

  it.live("does not trust the declared length of an encoded body: fetch decompresses it", () =>
    Effect.gen(function* () {
      const encoded = gzipSync("a".repeat(1000))
      expect(encoded.byteLength).toBeLessThan(100)
      const response = HttpClientResponse.fromWeb(
        HttpClientRequest.get("http://localhost/"),
        // What fetch returns for it: the body decompressed, the headers as they came.
        new Response("a".repeat(1000), {
          headers: { "content-encoding": "gzip", "content-length": String(encoded.byteLength) },
        }),
      )
      const error = yield* Effect.flip(ResponseBody.read(response, 100))
      expect(error).toMatchObject({ _tag: "ResponseTooLarge" })
    }),
  )
})
