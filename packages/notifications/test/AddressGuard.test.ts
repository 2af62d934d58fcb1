import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import * as AddressGuard from "../src/Addresses/AddressGuard.ts"
import type { AddressGuardOptions, ResolvedAddress } from "../src/index.ts"
import { hosts, public4, urls } from "./Addresses.ts"

const address = (text: string): ResolvedAddress => ({ address: text, family: text.includes(":") ? 6 : 4 })

/** The refusal in a word: the URL's reason or the address's range; `undefined` when there is none. */
const refusal = (url: string, options: AddressGuardOptions = {}) =>
  Effect.gen(function* () {
    const guard = yield* AddressGuard.make({ resolve: () => Promise.resolve([public4]), ...options })
    return yield* guard.check(url).pipe(
      Effect.as(undefined),
      Effect.catchTags({
        InvalidUrl: ({ reason }) => Effect.succeed(reason),
        InvalidAddress: ({ range }) => Effect.succeed(range),
      }),
    )
  })

describe("a URL", () => {
  it.effect.each(hosts)("with the host %s", ([host, range]) =>
    Effect.map(refusal(`https://${host}/hook`), (found) => expect(found).toBe(range)),
  )

  it.effect.each(urls)("%s", ([url, reason]) => Effect.map(refusal(url), (found) => expect(found).toBe(reason)))

  const answers = [
    [["93.184.215.14"], undefined],
    [["10.0.0.1"], "private"],
    [["93.184.215.14", "10.0.0.1"], "private"],
    [["93.184.215.14", "::1"], "loopback"],
    [["fe80::1%eth0"], "not an address"],
    [["nonsense"], "not an address"],
    [[], undefined],
  ] as const
  it.effect.each(answers)("whose name resolves to %j", ([found, range]) =>
    Effect.gen(function* () {
      const resolve = () => Promise.resolve(found.map(address))
      expect(yield* refusal("https://hooks.example.com/", { resolve })).toBe(range)
    }),
  )

  it.effect("accepts a name that does not resolve", () =>
    Effect.gen(function* () {
      expect(yield* refusal("https://x.example", { resolve: () => Promise.reject(new Error()) })).toBe(undefined)
    }),
  )

  it.effect("rejects localhost", () =>
    Effect.gen(function* () {
      const guard = yield* AddressGuard.make()
      const error = yield* Effect.flip(guard.check("https://localhost/"))
      expect(error).toMatchObject({ _tag: "InvalidAddress", range: "loopback" })
    }),
  )
})

describe("the allow list", () => {
  const allowed: ReadonlyArray<readonly [allow: string, host: string, range: string | undefined]> = [
    ["127.0.0.0/8", "127.0.0.1", undefined],
    ["127.0.0.0/8", "[::ffff:127.0.0.1]", undefined],
    ["127.0.0.0/8", "10.0.0.1", "private"],
    ["127.0.0.0/8", "[::1]", "loopback"],
    ["10.1.0.0/16", "10.1.2.3", undefined],
    ["10.1.0.0/16", "10.2.0.0", "private"],
    ["fd00::/8", "[fd12::1]", undefined],
    ["fd00::/8", "[fc00::1]", "unique local"],
  ]
  it.effect.each(allowed)("%s and the host %s", ([allow, host, range]) =>
    Effect.map(refusal(`https://${host}/`, { allow: [allow] }), (found) => expect(found).toBe(range)),
  )

  it.effect.each(["10.0.0.0", "10.0.0.0/33", "10.0.0.0/", "10/8", "::/129", "x/8", "10.0.0.0/8/8", "fe80::%eth0/10"])(
    "rejects the range %s",
    (cidr) => Effect.map(Effect.flip(AddressGuard.make({ allow: [cidr] })), (error) => expect(error.cidr).toBe(cidr)),
  )

  it.effect("allows the ports and the scheme that the operator allows", () =>
    Effect.gen(function* () {
      expect(yield* refusal("http://x.example:81/", { allowHttp: true, ports: [81] })).toBe(undefined)
      expect(yield* refusal("http://x.example/", { allowHttp: true, ports: [81] })).toBe("Port")
    }),
  )
})
