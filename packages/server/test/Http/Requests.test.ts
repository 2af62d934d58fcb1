/**
 * Requests that are none of the server's: each is refused in a sentence, and none reaches the backend.
 */
import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { checkInType, checkOut, expectProblem, expectUnharmed, given, idle, marker, mdm } from "../support/Refusals.ts"
import * as Whitelabel from "../support/Whitelabel.ts"

describe("requests", () => {
  const requests: ReadonlyArray<readonly [string, Whitelabel.Ask, number]> = [
    ["GET", { path: mdm }, 405],
    ["POST", { path: mdm, method: "POST", headers: checkInType, body: idle }, 405],
    ["DELETE", { path: mdm, method: "DELETE" }, 405],
    ["OPTIONS", { path: mdm, method: "OPTIONS" }, 405],
    ["an odd method", { path: mdm, method: "PROPFIND" }, 405],
    ["POST of an asset", { path: "/mdm/apple/assets/a", method: "POST", body: marker }, 405],
    ["PUT of health", { path: "/health", method: "PUT", body: marker }, 405],
    ["OPTIONS *", { path: "*", method: "OPTIONS" }, 404],
    ["no path", { path: "/" }, 404],
    ["another path", { path: `/mdm/apple/${marker}` }, 404],
    ["a path below", { path: `${mdm}/x`, method: "PUT", headers: checkInType, body: idle }, 404],
    ["slashes twice", { path: "//mdm/apple//mdm", method: "PUT", headers: checkInType, body: idle }, 404],
    ["a slash at the end", { path: `${mdm}/`, method: "PUT", headers: checkInType, body: idle }, 404],
    ["a path in capitals", { path: "/MDM/apple/mdm", method: "PUT", headers: checkInType, body: idle }, 404],
    ["a path that is not UTF-8", { path: "/%C3%28" }, 404],
    ["a path with a NUL", { path: "/%00" }, 404],
    ["a long path", { path: `/${"a".repeat(10_000)}` }, 404],
    ["JSON", { path: mdm, method: "PUT", headers: { "content-type": "application/json" }, body: "{}" }, 400],
    ["a content type like a property", { path: mdm, method: "PUT", headers: { "content-type": "__proto__" } }, 400],
    [
      "gzip",
      { path: mdm, method: "PUT", headers: { ...checkInType, "content-encoding": "gzip" }, body: "\u001f\u008b" },
      415,
    ],
    ["another host", { path: mdm, method: "PUT", headers: { host: `${marker}.example.com` }, body: idle }, 421],
    ["another port", { path: mdm, method: "PUT", headers: { ...checkInType, host: "127.0.0.1:1" }, body: idle }, 421],
    ["a host with a user", { path: mdm, method: "PUT", headers: { host: "a@127.0.0.1" }, body: idle }, 421],
    ["a host like a property", { path: mdm, method: "PUT", headers: { host: "__proto__" }, body: idle }, 421],
    ["an asset of another host", { path: "/mdm/apple/assets/a", headers: { host: "example.com" } }, 421],
    [
      "another host behind a header that only a proxy may send",
      {
        path: mdm,
        method: "PUT",
        headers: { ...checkInType, host: "example.com", "x-forwarded-host": "127.0.0.1" },
        body: idle,
      },
      421,
    ],
  ]

  it.live.each(requests)("%s: refused", ([, request, status]) =>
    Effect.gen(function* () {
      const { backend, server } = yield* given
      expectProblem(yield* Whitelabel.ask(server, request), status)
      yield* expectUnharmed(server, backend)
    }),
  )

  it.live.each<readonly [string, string, string]>([
    ["GET", mdm, "PUT"],
    ["PUT", "/mdm/apple/assets/a", "GET, HEAD"],
    ["PUT", "/health", "GET, HEAD"],
  ])("%s %s says which methods there are: %s", ([method, path, allow]) =>
    Effect.gen(function* () {
      const { server } = yield* given
      expect((yield* Whitelabel.ask(server, { method, path })).headers["allow"]).toBe(allow)
    }),
  )

  it.live.each([
    ["a content type with parameters, in capitals", { "content-type": "Application/X-Apple-Aspen-MDM; charset=UTF-8" }],
    ["no content type", {}],
    ["an empty content type", { "content-type": "" }],
    ["a generic content type", { "content-type": "application/octet-stream" }],
    ["the content type of XML", { "content-type": "text/xml" }],
    ["a content type that a proxy doubled", { "content-type": `${Whitelabel.commandType}, ${Whitelabel.commandType}` }],
    ["the content type of a check-in", checkInType],
    ["the identity coding", { "content-type": Whitelabel.commandType, "content-encoding": "Identity" }],
    ["an upgrade offered", { "content-type": Whitelabel.commandType, connection: "upgrade", upgrade: "h2c" }],
  ] as ReadonlyArray<readonly [string, { readonly [name: string]: string }]>)(
    "accepts a report with %s",
    ([, headers]) =>
      Effect.gen(function* () {
        const { server } = yield* given
        const answer = yield* Whitelabel.ask(server, { path: mdm, method: "PUT", headers, body: idle })
        expect(answer).toMatchObject({ status: 200, text: "" })
      }),
  )

  it.live("accepts a check-in with the content type of a report", () =>
    Effect.gen(function* () {
      const { backend, server } = yield* given
      yield* Whitelabel.report(server, checkOut)
      expect(backend.heardBy("event")).toMatchObject([{ event: { _tag: "CheckOut" } }])
    }),
  )
})
