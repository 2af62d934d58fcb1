import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { AddressGuard, type AddressGuardOptions, type ResolvedAddress } from "../src/index.ts"

const public4: ResolvedAddress = { address: "93.184.215.14", family: 4 }
const address = (text: string): ResolvedAddress => ({ address: text, family: text.includes(":") ? 6 : 4 })

/** The refusal in a word: the URL's reason or the address's range; `undefined` when there is none. */
const refusal = (url: string, options: AddressGuardOptions = {}) =>
  Effect.gen(function* () {
    const guard = yield* AddressGuard.make({ resolve: () => Promise.resolve([public4]), ...options })
    return yield* guard.check(url).pipe(
      Effect.as(undefined),
      Effect.catchTags({
        UrlRefused: ({ reason }) => Effect.succeed(reason),
        AddressRefused: ({ range }) => Effect.succeed(range),
      }),
    )
  })

const hosts: ReadonlyArray<readonly [host: string, range: string | undefined]> = [
  ["8.8.8.8", undefined],
  ["[2606:4700::1111]", undefined],
  ["hooks.example.com", undefined],
  ["xn--bcher-kva.example", undefined],
  ["0.0.0.0", "this network"],
  ["0", "this network"],
  ["0.1.2.3", "this network"],
  ["10.0.0.1", "private"],
  ["10.255.255.255", "private"],
  ["11.0.0.0", undefined],
  ["100.63.255.255", undefined],
  ["100.64.0.0", "shared (CGNAT)"],
  ["100.127.255.255", "shared (CGNAT)"],
  ["100.128.0.0", undefined],
  ["127.0.0.1", "loopback"],
  ["127.255.255.254", "loopback"],
  ["127.1", "loopback"],
  ["127.0.1", "loopback"],
  ["0x7f.1", "loopback"],
  ["0x7f000001", "loopback"],
  ["0X7F.0x0.0.0x1", "loopback"],
  ["2130706433", "loopback"],
  ["0177.0.0.1", "loopback"],
  ["017700000001", "loopback"],
  ["127.0.0.1.", "loopback"],
  ["①②⑦.0.0.1", "loopback"],
  ["127。0。0。1", "loopback"],
  ["%31%32%37.0.0.1", "loopback"],
  ["169.254.169.254", "link-local"],
  ["0xa9fea9fe", "link-local"],
  ["172.15.255.255", undefined],
  ["172.16.0.1", "private"],
  ["172.31.255.255", "private"],
  ["172.32.0.0", undefined],
  ["192.0.0.8", "protocol assignments"],
  ["192.0.2.1", "documentation"],
  ["192.88.99.1", "6to4 relay"],
  ["192.168.0.1", "private"],
  ["3232235777", "private"],
  ["198.18.0.1", "benchmarking"],
  ["198.51.100.1", "documentation"],
  ["203.0.113.1", "documentation"],
  ["224.0.0.1", "multicast"],
  ["239.255.255.255", "multicast"],
  ["240.0.0.1", "reserved"],
  ["255.255.255.255", "broadcast"],
  ["[::]", "unspecified"],
  ["[::1]", "loopback"],
  ["[0:0:0:0:0:0:0:1]", "loopback"],
  ["[::ffff:127.0.0.1]", "IPv4-mapped"],
  ["[::ffff:7f00:1]", "IPv4-mapped"],
  ["[::ffff:8.8.8.8]", "IPv4-mapped"],
  ["[::127.0.0.1]", "IPv4-compatible"],
  ["[::ffff:0:127.0.0.1]", "reserved"],
  ["[64:ff9b::127.0.0.1]", "NAT64"],
  ["[64:ff9b:1::a00:1]", "NAT64"],
  ["[100::1]", "discard"],
  ["[2001::1]", "Teredo"],
  ["[2001:10::1]", "protocol assignments"],
  ["[2001:200::1]", undefined],
  ["[2001:db8::1]", "documentation"],
  ["[2002:7f00:1::]", "6to4"],
  ["[3fff::1]", "documentation"],
  ["[4000::1]", "reserved"],
  ["[5f00::1]", "segment routing"],
  ["[fc00::1]", "unique local"],
  ["[fdff::1]", "unique local"],
  ["[fe80::1]", "link-local"],
  ["[febf::1]", "link-local"],
  ["[fec0::1]", "site-local"],
  ["[ff02::1]", "multicast"],
]

const urls: ReadonlyArray<readonly [url: string, reason: string | undefined]> = [
  ["https://hooks.example.com/mdm?tenant=1", undefined],
  ["HTTPS://HOOKS.EXAMPLE.COM", undefined],
  ["https://hooks.example.com:8443/", undefined],
  ["https://hooks.example.com:1024/", undefined],
  ["http://hooks.example.com/", "Scheme"],
  ["ftp://hooks.example.com/", "Scheme"],
  ["file:///etc/passwd", "NotAUrl"],
  ["data:text/plain,x", "NotAUrl"],
  ["javascript:alert(1)", "NotAUrl"],
  ["hooks.example.com", "NotAUrl"],
  ["//hooks.example.com", "NotAUrl"],
  ["", "NotAUrl"],
  ["https://", "NotAUrl"],
  ["https://256.1.1.1/", "NotAUrl"],
  ["https://08.1.1.1/", "NotAUrl"],
  ["https://[fe80::1%25eth0]/", "NotAUrl"],
  ["https://a@hooks.example.com/", "Credentials"],
  ["https://:b@hooks.example.com/", "Credentials"],
  ["https://8.8.8.8@127.0.0.1/", "Credentials"],
  ["https:\\\\8.8.8.8@127.0.0.1", "Credentials"],
  ["https://hooks.example.com/#x", "Fragment"],
  ["https://hooks.example.com/#", "Fragment"],
  ["https://hooks.example.com:22/", "Port"],
  ["https://hooks.example.com:25/", "Port"],
  ["https://hooks.example.com:0/", "Port"],
  [`https://hooks.example.com/${"a".repeat(2048)}`, "TooLong"],
]

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

  it.effect("whose name is unknown is fine for now", () =>
    Effect.gen(function* () {
      expect(yield* refusal("https://x.example", { resolve: () => Promise.reject(new Error()) })).toBe(undefined)
    }),
  )

  it.effect("localhost is no name to trust", () =>
    Effect.gen(function* () {
      const guard = yield* AddressGuard.make()
      const error = yield* Effect.flip(guard.check("https://localhost/"))
      expect(error).toMatchObject({ _tag: "AddressRefused", range: "loopback" })
    }),
  )
})

describe("the allow-list", () => {
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
  it.effect.each(allowed)("%s lets %s…", ([allow, host, range]) =>
    Effect.map(refusal(`https://${host}/`, { allow: [allow] }), (found) => expect(found).toBe(range)),
  )

  it.effect.each(["10.0.0.0", "10.0.0.0/33", "10.0.0.0/", "10/8", "::/129", "x/8", "10.0.0.0/8/8", "fe80::%eth0/10"])(
    "%s is no range",
    (cidr) => Effect.map(Effect.flip(AddressGuard.make({ allow: [cidr] })), (error) => expect(error.cidr).toBe(cidr)),
  )

  it.effect("ports and http are for the operator to widen", () =>
    Effect.gen(function* () {
      expect(yield* refusal("http://x.example:81/", { allowHttp: true, ports: [81] })).toBe(undefined)
      expect(yield* refusal("http://x.example/", { allowHttp: true, ports: [81] })).toBe("Port")
    }),
  )
})
