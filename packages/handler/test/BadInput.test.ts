/**
 * Hostile and malformed requests. Each gets a typed error that names the problem without quoting the input, and the next request is
 * served normally.
 */
import { describe, expect, it } from "@effect/vitest"
import { RequestError, WebhookError } from "@espalier/schema"
import { Effect, Schema } from "effect"
import type { Handle } from "../src/index.ts"
import { backendOf, deviceScope, mounts, pathOf, post, send, stillAnswers } from "./Backend.ts"

const ErrorBody = Schema.Union([...WebhookError.members, ...RequestError.members])
const decodeError = Schema.decodeUnknownSync(ErrorBody)

const idle: Handle<"checkin"> = () => Effect.succeed({ _tag: "Idle" })
const backend = backendOf({ checkin: idle, event: () => Effect.void, asset: () => Effect.succeed(null) })

const valid = { scope: deviceScope }
const marker = "MARKER-7f3a"

interface Case {
  readonly title: string
  readonly path?: string
  readonly headers?: Record<string, string>
  readonly body: string | Uint8Array<ArrayBuffer>
  readonly status: number
  readonly tag: string
  readonly message?: string
}

const bytes = (...parts: ReadonlyArray<string | ReadonlyArray<number>>): Uint8Array<ArrayBuffer> =>
  new Uint8Array(
    Buffer.concat(parts.map((part) => Buffer.from(typeof part === "string" ? [...Buffer.from(part)] : [...part]))),
  )

const text = JSON.stringify(valid)
const scopeText = JSON.stringify(deviceScope)
const event = pathOf("event")
const bad = { status: 400, tag: "InvalidRequest" }
const unsupported = { status: 415, tag: "UnsupportedMediaType", body: text }

const table: ReadonlyArray<Case> = [
  { ...bad, title: "empty", body: "", message: "The body is empty" },
  { ...bad, title: "white space", body: " \n", message: "The body is not JSON" },
  { ...bad, title: "not JSON", body: `${marker}`, message: "The body is not JSON" },
  { ...bad, title: "text with the words of a position", body: `at position 999 `, message: "The body is not JSON" },
  { ...bad, title: "half JSON", body: text.slice(0, -1), message: "The body is not JSON" },
  { ...bad, title: "two values", body: `${text}${text}`, message: "The body is not JSON" },
  { ...bad, title: "trailing comma", body: '{"scope":[],}', message: "The body is not JSON" },
  { ...bad, title: "NaN", body: '{"scope":NaN}', message: "The body is not JSON" },
  { ...bad, title: "UTF-16", body: new Uint8Array(Buffer.from(text, "utf16le")), message: "The body is not JSON" },
  { ...bad, title: "invalid UTF-8", body: bytes('{"a":"', [0xc3, 0x28], '"}'), message: "The body is not UTF-8" },
  {
    ...bad,
    title: "UTF-8 of a surrogate",
    body: bytes('{"a":"', [0xed, 0xa0, 0x80], '"}'),
    message: "The body is not UTF-8",
  },
  {
    ...bad,
    title: "a byte order mark",
    body: bytes([0xef, 0xbb, 0xbf], text),
    message: "The body begins with a byte order mark",
  },
  { ...bad, title: "10,000 arrays", body: "[".repeat(10_000), message: "The body nests deeper than 64 levels" },
  { ...bad, title: "10,000 objects", body: '{"a":'.repeat(10_000), message: "The body nests deeper than 64 levels" },
  {
    ...bad,
    title: "65 levels in an unknown member",
    body: `{"scope":${scopeText},"x":${"[".repeat(64)}${"]".repeat(64)}}`,
    message: "The body nests deeper than 64 levels",
  },
  { ...bad, title: "null", body: "null", message: "The body: Expected CheckInRequest" },
  { ...bad, title: "a number", body: "1e999", message: "The body: Expected CheckInRequest" },
  { ...bad, title: "a string", body: `"${marker}"`, message: "The body: Expected CheckInRequest" },
  { ...bad, title: "an array", body: "[]", message: "The body: Expected CheckInRequest" },
  { ...bad, title: "no scope", body: "{}", message: "scope: Missing key" },
  { ...bad, title: "scope of another type", body: `{"scope":"${marker}"}`, message: "scope: Expected Scope" },
  { ...bad, title: "unknown scope tag", body: `{"scope":{"_tag":"${marker}"}}`, message: "scope: Expected Scope" },
  { ...bad, title: "no udid", body: '{"scope":{"_tag":"device"}}', message: "scope.udid: Missing key" },
  {
    ...bad,
    title: "a wrong udid",
    body: `{"scope":{"_tag":"device","udid":["${marker}"]}}`,
    message: "scope.udid: Expected string",
  },
  {
    ...bad,
    title: "a scope in __proto__",
    body: `{"__proto__":{"scope":${scopeText}}}`,
    message: "scope: Missing key",
  },
  {
    ...bad,
    title: "a duplicate key, the last one invalid",
    body: `{"scope":${scopeText},"scope":1}`,
    message: "scope: Expected Scope",
  },
  {
    ...bad,
    title: "an event without tag",
    path: event,
    body: `{"scope":${scopeText},"event":{}}`,
    message: "event: Expected Event",
  },
  {
    ...bad,
    title: "a tag that is not a string",
    path: event,
    body: `{"scope":${scopeText},"event":{"_tag":1}}`,
    message: "event: Expected Event",
  },
  {
    ...bad,
    title: "null in a property list",
    path: event,
    body: `{"scope":${scopeText},"event":{"_tag":"CommandResult","commandUUID":"c","status":"Error","payload":{"a":[null]}}}`,
    message: "event.payload.a.0: Expected string | boolean | number | array | object",
  },
  {
    ...bad,
    title: "an infinite number",
    path: event,
    body: `{"scope":${scopeText},"event":{"_tag":"CommandResult","commandUUID":"c","status":"Error","payload":{"a":1e999}}}`,
    message: "event.payload.a: Expected a finite number",
  },
  ...["Teleport", "toString", "__proto__", "constructor"].map((tag) => ({
    title: `event tag ${tag}`,
    path: event,
    body: `{"scope":${scopeText},"event":{"_tag":"${tag}"}}`,
    status: 501,
    tag: "ManagementNotSupported",
    message: "This backend does not support the event",
  })),
  { ...unsupported, title: "another content type", headers: { "content-type": "text/plain" } },
  { ...unsupported, title: "a form", headers: { "content-type": "application/x-www-form-urlencoded" } },
  { ...unsupported, title: "almost JSON", headers: { "content-type": "application/jsonp" } },
  { ...unsupported, title: "another charset", headers: { "content-type": "application/json; charset=latin1" } },
  { ...unsupported, title: "a compressed body", headers: { "content-encoding": "gzip" } },
  { title: "an unknown webhook", path: "/webhook/apple/wipe", body: text, status: 404, tag: "UnknownWebhook" },
]

const good: ReadonlyArray<{
  readonly title: string
  readonly headers?: Record<string, string>
  readonly body: string
}> = [
  { title: "charset utf-8", body: text, headers: { "content-type": 'Application/JSON; charset="UTF-8"' } },
  { title: "a JSON dialect", body: text, headers: { "content-type": "application/vnd.example+json" } },
  { title: "content-encoding identity", body: text, headers: { "content-encoding": "identity" } },
  { title: "unknown members", body: `{"scope":${scopeText},"x":[{}],"__proto__":{"scope":1},"constructor":1}` },
  { title: "huge numbers in unknown members", body: `{"scope":${scopeText},"x":${"9".repeat(5000)},"y":-1e-9999}` },
  { title: "a duplicate key, the last one valid", body: `{"scope":1,"scope":${scopeText}}` },
  { title: "64 levels", body: `{"scope":${scopeText},"x":${"[".repeat(63)}${"]".repeat(63)}}` },
  { title: "brackets in a string", body: `{"scope":${scopeText},"x":"${"[{".repeat(500)}\\"${"[".repeat(100)}"}` },
  { title: "lone surrogates", body: `{"scope":${scopeText},"x":"\\ud800"}` },
  { title: "5,000 keys", body: `{"scope":${scopeText},${Array.from({ length: 5000 }, (_, i) => `"k${i}":0`).join()}}` },
]

describe.each(mounts)("%s", (_name, mount) => {
  it.live("rejects malformed requests", () =>
    Effect.gen(function* () {
      const mounted = yield* mount(backend)
      for (const { title, path, headers, body, status, tag, message } of table) {
        const answer = yield* send(mounted, path ?? pathOf("checkin"), {
          method: "POST",
          headers: { "content-type": "application/json", ...headers },
          body,
        })
        expect(answer.status, title).toBe(status)
        expect(answer.headers.get("content-type"), title).toBe("application/json")
        const error = decodeError(JSON.parse(answer.text))
        expect(error._tag, title).toBe(tag)
        if (message !== undefined) expect(error.message.replace(/ \(at character \d+\)$/, ""), title).toBe(message)
        expect(error.message, title).not.toContain("999")
        expect(answer.text, title).not.toContain(marker)
      }
      yield* stillAnswers(mounted)
    }),
  )

  it.live("accepts unusual but valid requests", () =>
    Effect.gen(function* () {
      const mounted = yield* mount(backend)
      for (const { title, headers, body } of good) {
        const answer = yield* send(mounted, pathOf("checkin"), {
          method: "POST",
          headers: { "content-type": "application/json", ...headers },
          body,
        })
        expect([answer.status, answer.text], title).toEqual([200, '{"_tag":"Idle"}'])
      }
    }),
  )

  it.live("rejects a request without a content type", () =>
    Effect.gen(function* () {
      const mounted = yield* mount(backend)
      // With bytes, fetch adds no content type.
      const answer = yield* send(mounted, pathOf("checkin"), { method: "POST", body: bytes(text) })
      expect([answer.status, JSON.parse(answer.text)._tag]).toEqual([415, "UnsupportedMediaType"])
    }),
  )

  it.live("rejects 11 MiB", () =>
    Effect.gen(function* () {
      const mounted = yield* mount(backend)
      const chunk = new Uint8Array(1024 * 1024).fill(0x20)
      let sent = 0
      const stream = new ReadableStream<Uint8Array>({
        pull: (controller) => (sent++ < 11 ? controller.enqueue(chunk) : controller.close()),
      })
      const init: RequestInit & { duplex: "half" } = { ...post({}), body: stream, duplex: "half" }
      const chunked = yield* send(mounted, pathOf("checkin"), init)
      expect([chunked.status, JSON.parse(chunked.text)]).toEqual([
        413,
        { _tag: "PayloadTooLarge", message: "The body is larger than 10 MiB" },
      ])
      yield* stillAnswers(mounted)
    }),
  )
})
