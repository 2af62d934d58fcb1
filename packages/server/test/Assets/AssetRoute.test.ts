/**
 * Assets that the backend gives as bytes: what a device gets from `/mdm/apple/assets/:identifier`.
 */
import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { alphabet, content, etag, path, serving, sha256 } from "../support/Assets.ts"
import * as Backend from "../support/Backend.ts"
import * as Whitelabel from "../support/Whitelabel.ts"

describe("an asset given as bytes", () => {
  interface Row {
    readonly method?: string
    readonly headers?: { readonly [name: string]: string }
    readonly status: number
    readonly text: string
    readonly contentRange?: string
    readonly length: string | undefined
  }
  const whole = { status: 200, text: alphabet, length: "26" }
  const fresh = { status: 304, text: "", length: undefined }
  const beyond = { status: 416, contentRange: "bytes */26" }

  const rows: { readonly [name: string]: Omit<Row, "length"> & { readonly length?: string | undefined } } = {
    GET: whole,
    HEAD: { method: "HEAD", ...whole, text: "" },
    "If-None-Match: the tag": { headers: { "if-none-match": etag }, ...fresh },
    "If-None-Match: the tag, weak": { headers: { "if-none-match": `W/${etag}` }, ...fresh },
    "If-None-Match: any": { headers: { "if-none-match": "*" }, ...fresh },
    "If-None-Match: a list": { headers: { "if-none-match": `"a",W/"b" , ${etag}` }, ...fresh },
    "If-None-Match, HEAD": { method: "HEAD", headers: { "if-none-match": etag }, ...fresh },
    "If-None-Match: others": { headers: { "if-none-match": `"a", W/"b"` }, ...whole },
    "If-None-Match: the tag without quotes": { headers: { "if-none-match": sha256(alphabet) }, ...whole },
    "If-None-Match: nothing": { headers: { "if-none-match": "" }, ...whole },
    "If-None-Match before Range": { headers: { "if-none-match": etag, range: "bytes=0-1" }, ...fresh },
    "Range: the first bytes": {
      headers: { range: "bytes=0-2" },
      status: 206,
      text: "abc",
      contentRange: "bytes 0-2/26",
      length: "3",
    },
    "Range: one byte": {
      headers: { range: "bytes=25-25" },
      status: 206,
      text: "z",
      contentRange: "bytes 25-25/26",
      length: "1",
    },
    "Range: open": {
      headers: { range: "bytes=23-" },
      status: 206,
      text: "xyz",
      contentRange: "bytes 23-25/26",
      length: "3",
    },
    "Range: more than there is": {
      headers: { range: "bytes=24-1000" },
      status: 206,
      text: "yz",
      contentRange: "bytes 24-25/26",
      length: "2",
    },
    "Range: the last bytes": {
      headers: { range: "bytes=-2" },
      status: 206,
      text: "yz",
      contentRange: "bytes 24-25/26",
      length: "2",
    },
    "Range: more last bytes than there are": {
      headers: { range: "bytes=-100" },
      status: 206,
      text: alphabet,
      contentRange: "bytes 0-25/26",
      length: "26",
    },
    "Range: the unit in capitals": {
      headers: { range: "Bytes=0-2" },
      status: 206,
      text: "abc",
      contentRange: "bytes 0-2/26",
      length: "3",
    },
    "Range: beyond": { headers: { range: "bytes=26-" }, ...beyond, text: expect.stringContaining("range") },
    "Range: the last none": { headers: { range: "bytes=-0" }, ...beyond, text: expect.stringContaining("range") },
    "Range: backwards": { headers: { range: "bytes=5-2" }, ...whole },
    "Range: several": { headers: { range: "bytes=0-1,3-4" }, ...whole },
    "Range: another unit": { headers: { range: "lines=0-1" }, ...whole },
    "Range: nothing": { headers: { range: "bytes=-" }, ...whole },
    "Range: nonsense": { headers: { range: "bytes=a-b" }, ...whole },
    "Range: a number beyond numbers": { headers: { range: `bytes=0-${"9".repeat(400)}` }, ...whole },
    "Range of HEAD is ignored": { method: "HEAD", headers: { range: "bytes=0-2" }, ...whole, text: "" },
    "If-Range: the tag": {
      headers: { range: "bytes=0-2", "if-range": etag },
      status: 206,
      text: "abc",
      contentRange: "bytes 0-2/26",
      length: "3",
    },
    "If-Range: another tag": { headers: { range: "bytes=0-2", "if-range": `"old"` }, ...whole },
    "If-Range: the tag, weak, which is not enough": {
      headers: { range: "bytes=0-2", "if-range": `W/${etag}` },
      ...whole,
    },
    "If-Range: a date, and nothing here has one": {
      headers: { range: "bytes=0-2", "if-range": "Sat, 21 Nov 2026 00:00:00 GMT" },
      ...whole,
    },
    "If-Range beyond": { headers: { range: "bytes=99-", "if-range": `"old"` }, ...whole },
  }

  it.live.each(Object.entries(rows))("%s", ([, { method, headers, status, text, contentRange, length }]) =>
    Effect.gen(function* () {
      const { backend, server } = yield* serving(Backend.json(content))
      const answer = yield* Whitelabel.ask(server, { path, ...(method && { method }), ...(headers && { headers }) })
      expect(answer).toMatchObject({ status, text, complete: true })
      expect(answer.headers["content-range"]).toBe(contentRange)
      if (status !== 416) {
        expect(answer.headers["content-length"]).toBe(length)
        expect(answer.headers["etag"]).toBe(etag)
        expect(answer.headers["accept-ranges"]).toBe("bytes")
        if (status !== 304) expect(answer.headers["content-type"]).toBe("text/plain")
      }
      expect(backend.heard()).toEqual([
        { webhook: "asset", body: { identifier: "logo", mdmOrigin: { url: server.origin } } },
      ])
    }),
  )

  it.live("of no bytes", () =>
    Effect.gen(function* () {
      const { server } = yield* serving(Backend.json({ content: "", contentType: "text/plain" }))
      const answer = yield* Whitelabel.ask(server, { path })
      expect(answer).toMatchObject({ status: 200, text: "", complete: true })
      expect(answer.headers["content-length"]).toBe("0")
      expect(yield* Whitelabel.ask(server, { path, headers: { range: "bytes=0-" } })).toMatchObject({ status: 416 })
      expect(yield* Whitelabel.ask(server, { path, headers: { range: "bytes=-5" } })).toMatchObject({ status: 416 })
    }),
  )

  it.live("of 10 MiB, whole and as a range", () =>
    Effect.gen(function* () {
      const bytes = Buffer.alloc(10 * 1024 * 1024, alphabet)
      const { server } = yield* serving(Backend.json({ ...content, content: bytes.toString("base64") }))
      const answer = yield* Whitelabel.ask(server, { path })
      expect(sha256(answer.bytes)).toBe(sha256(bytes))
      const part = yield* Whitelabel.ask(server, { path, headers: { range: "bytes=9000000-" } })
      expect(part.bytes).toEqual(new Uint8Array(bytes.subarray(9_000_000)))
    }),
  )

  it.live("null is a 404 with nothing in it", () =>
    Effect.gen(function* () {
      const { server } = yield* serving(Backend.json(null))
      expect(yield* Whitelabel.ask(server, { path })).toMatchObject({ status: 404, text: "" })
    }),
  )

  it.live.each([
    ["base64 that is none", { content: "%%%%", contentType: "text/plain" }],
    ["base64 cut short", { content: "aGVsbG", contentType: "text/plain" }],
    ["a content type with a line break", { content: "aGVsbG8=", contentType: "text/plain\r\nx-evil: 1" }],
    ["a content type that no header can hold", { content: "aGVsbG8=", contentType: "text/плейн" }],
    ["no content type", { content: "aGVsbG8=", contentType: "" }],
    ["neither content nor url", { contentType: "text/plain" }],
  ])("%s is a bad answer: 503, later", ([, asset]) =>
    Effect.gen(function* () {
      const { server } = yield* serving(Backend.json(asset))
      const answer = yield* Whitelabel.ask(server, { path })
      expect(answer).toMatchObject({ status: 503, text: "" })
      expect(answer.headers["retry-after"]).toBe("60")
      expect(answer.headers["x-evil"]).toBeUndefined()
    }),
  )
})

describe("identifiers", () => {
  it.live.each([
    ["logo.png", "logo.png"],
    ["%6Cogo", "logo"],
    ["a%2Fb%2F..%2Fc", "a/b/../c"],
    ["..", ".."],
    ["%2E%2E%2Fetc%2Fpasswd", "../etc/passwd"],
    ["%E3%82%A2%E3%82%BB%E3%83%83%E3%83%88", "アセット"],
    ["caf%C3%A9%20%26%20bar%3F", "café & bar?"],
    ["a+b", "a+b"],
    ["%25", "%"],
    ["%252F", "%2F"],
    ["%00", "\u0000"],
    ["*", "*"],
    [":identifier", ":identifier"],
    ["a;v=1", "a;v=1"],
    ["__proto__", "__proto__"],
    ["logo?size=2", "logo"],
    ["x".repeat(500), "x".repeat(500)],
  ])("%s", ([segment, identifier]) =>
    Effect.gen(function* () {
      const { backend, server } = yield* serving(Backend.json(content))
      const answer = yield* Whitelabel.ask(server, { path: `/mdm/apple/assets/${segment}` })
      expect(answer.status).toBe(200)
      expect(backend.heard()).toEqual([{ webhook: "asset", body: { identifier, mdmOrigin: { url: server.origin } } }])
    }),
  )

  it.live.each([
    ["%", 400],
    ["%zz", 400],
    ["%C3", 400],
    ["a;%zz", 400],
    ["", 404],
    ["a/b", 404],
  ])("%s is none", ([segment, status]) =>
    Effect.gen(function* () {
      const { backend, server } = yield* serving(Backend.json(content))
      const answer = yield* Whitelabel.ask(server, { path: `/mdm/apple/assets/${segment}` })
      expect(answer.status).toBe(status)
      expect(answer.headers["content-type"]).toBe("application/problem+json")
      expect(backend.heard()).toEqual([])
    }),
  )
})
