/**
 * One server, many origins: the `Host` picks one out of the list, and nothing else gets in.
 */
import { describe, expect, it } from "@effect/vitest"
import { Context, Effect, Layer, Logger } from "effect"
import { HttpServer } from "effect/http"
import { Server } from "../../src/index.ts"
import * as Backend from "../support/Backend.ts"
import * as Messages from "../support/Messages.ts"
import * as Whitelabel from "../support/Whitelabel.ts"

const launch = (origins: ReadonlyArray<string>) =>
  Effect.gen(function* () {
    const backend = yield* Backend.start({ checkin: Backend.json({ _tag: "Idle" }) })
    const context = yield* Layer.build(
      Server.layer({ ...Whitelabel.defaults, origins, backend: { baseUrl: backend.url } }),
    )
    const { address } = Context.get(context, HttpServer.HttpServer)
    const port = "port" in address ? address.port : 0
    return { backend, server: { port, origin: `http://127.0.0.1:${port}` } }
  }).pipe(Effect.provide(Logger.layer([])))

const origins = [
  "https://mdm.example.com",
  "https://MDM.Vendor.Example/",
  "https://mdm.example.com:8443",
  "http://plain.example:443",
  "https://[2001:DB8::1]",
  "https://bücher.example",
]

describe("a Host", () => {
  it.live.each<readonly [string, string | undefined]>([
    ["mdm.example.com", "https://mdm.example.com"],
    ["MDM.example.COM", "https://mdm.example.com"],
    ["mdm.example.com:443", "https://mdm.example.com"],
    ["mdm.example.com:80", "https://mdm.example.com"],
    ["mdm.vendor.example", "https://mdm.vendor.example"],
    ["mdm.example.com:8443", "https://mdm.example.com:8443"],
    ["plain.example:443", "http://plain.example:443"],
    ["[2001:db8::1]", "https://[2001:db8::1]"],
    ["xn--bcher-kva.example", "https://xn--bcher-kva.example"],
    ["plain.example", undefined],
    ["mdm.example.com:8444", undefined],
    ["example.com", undefined],
    ["evil.mdm.example.com", undefined],
    ["mdm.example.com.evil.example", undefined],
    ["mdm.example.com, evil.example", undefined],
    ["mdm.example.com/", undefined],
    ["127.0.0.1", undefined],
    ["localhost", undefined],
  ])("%s is %s", ([host, origin]) =>
    Effect.gen(function* () {
      const { backend, server } = yield* launch(origins)
      const answer = yield* Whitelabel.ask(server, {
        method: "PUT",
        path: "/mdm/apple/mdm",
        headers: { host, "content-type": Whitelabel.commandType },
        body: Whitelabel.xml(Messages.idle),
      })
      expect(answer.status).toBe(origin === undefined ? 421 : 200)
      const heard = backend.heardBy("checkin")
      if (origin === undefined) expect(heard).toEqual([])
      else expect(heard).toMatchObject([{ scope: { mdmOrigin: { url: origin } } }])
    }),
  )

  it.live("in an absolute request target comes before the header (RFC 9112 §3.2.2)", () =>
    Effect.gen(function* () {
      const { server } = yield* launch(origins)
      const received = yield* Whitelabel.raw(server, (socket) => {
        socket.write(
          "GET http://evil.example/mdm/apple/assets/a HTTP/1.1\r\nHost: mdm.example.com\r\nConnection: close\r\n\r\n",
        )
      })
      expect(received).toMatch(/^HTTP\/1\.1 421 /)
    }),
  )

  it.live("is of no concern to the health check", () =>
    Effect.gen(function* () {
      const { server } = yield* launch(origins)
      expect((yield* Whitelabel.ask(server, { path: "/health" })).status).toBe(200)
    }),
  )
})

describe("an origin that cannot be served stops the start", () => {
  it.live.each([
    "",
    "mdm.example.com",
    "*",
    "ftp://mdm.example.com",
    "https://mdm.example.com/path",
    "https://mdm.example.com/?a=1",
    "https://mdm.example.com/#a",
    "https://user@mdm.example.com",
    "https://",
  ])("%s", (origin) =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(launch(["https://mdm.example.com", origin]))
      expect(error).toMatchObject({ _tag: "InvalidOrigin" })
      expect(error.message).toContain("https://mdm.example.com")
    }),
  )
})
