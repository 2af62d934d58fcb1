/**
 * How devices come to their profile: by a link with a token or by anybody who asks, with the backend's word on it; and what
 * a person reads who opens the link.
 */
import { createHash } from "node:crypto"
import { describe, expect, it } from "@effect/vitest"
import { Certificate, Cms } from "@espalier/apple"
import { Plist } from "@espalier/plist"
import { Duration, Effect, Layer, Redacted, Result, Schema } from "effect"
import * as SignedToken from "../../src/Enrollment/SignedToken.ts"
import { EnrollmentToken, Server, Store } from "../../src/index.ts"
import * as Backend from "../support/Backend.ts"
import * as Devices from "../support/Devices.ts"
import * as Folder from "../support/Folder.ts"
import { launch } from "../support/Launch.ts"
import { expectProblem } from "../support/Refusals.ts"
import * as Whitelabel from "../support/Whitelabel.ts"

const { claims, tokens } = Devices
const route = "/mdm/apple/enroll"
const withToken = (token: string) => `${route}?${new URLSearchParams({ token })}`
const person = { accept: "text/html,application/xhtml+xml,*/*;q=0.8", "user-agent": "Safari" }

const given = Effect.fnUntraced(function* (options: Partial<Server.ServerOptions> = {}, replies: Backend.Replies = {}) {
  const backend = yield* Backend.start(replies)
  return { backend, server: yield* launch(backend, options) }
})
const open = { enrollment: { mode: "open" } } as const

const text = { PayloadIdentifier: Schema.String, PayloadUUID: Schema.String }
const Scep = Schema.Struct({
  ...text,
  PayloadType: Schema.Literal("com.apple.security.scep"),
  PayloadContent: Schema.Struct({ URL: Schema.String, Challenge: Schema.String, CAFingerprint: Schema.Uint8Array }),
})
const Mdm = Schema.Struct({
  ...text,
  PayloadType: Schema.Literal("com.apple.mdm"),
  ServerURL: Schema.String,
  CheckInURL: Schema.String,
  Topic: Schema.String,
  IdentityCertificateUUID: Schema.String,
  SignMessage: Schema.Literal(true),
})
const Profile = Schema.Struct({
  ...text,
  PayloadDisplayName: Schema.String,
  PayloadOrganization: Schema.String,
  PayloadDescription: Schema.optionalKey(Schema.String),
  ConsentText: Schema.optionalKey(Schema.Struct({ default: Schema.String })),
  PayloadContent: Schema.Tuple([Scep, Mdm]),
})

const profileIn = (bytes: Uint8Array) => Schema.decodeUnknownSync(Profile)(Result.getOrThrow(Plist.parse(bytes)))

/** The profile that a device gets. */
const profile = (server: Whitelabel.Whitelabel, path: string, headers?: Whitelabel.Ask["headers"]) =>
  Effect.map(Whitelabel.ask(server, { path, ...(headers === undefined ? {} : { headers }) }), (answer) => {
    expect(answer.status).toBe(200)
    return profileIn(answer.bytes)
  })

const challengeOf = ({ PayloadContent: [scep] }: typeof Profile.Type) => scep.PayloadContent.Challenge

describe("an enrollment link", () => {
  it.live("with a token hands out the profile", () =>
    Effect.gen(function* () {
      const { server } = yield* given()
      const answer = yield* Whitelabel.ask(server, { path: withToken(tokens.sign(claims())) })
      expect(answer).toMatchObject({
        status: 200,
        headers: {
          "content-type": "application/x-apple-aspen-config",
          "content-disposition": 'attachment; filename="enroll.mobileconfig"',
          "cache-control": "no-store",
        },
      })
      const [scep, mdm] = profileIn(answer.bytes).PayloadContent
      const base = `${server.origin}/mdm/apple`
      const urls = [scep.PayloadContent.URL, mdm.ServerURL, mdm.CheckInURL]
      expect(urls).toEqual([`${base}/scep`, `${base}/mdm`, `${base}/mdm`])
      expect(mdm.IdentityCertificateUUID).toBe(scep.PayloadUUID)
      const sha1 = createHash("sha1").update(Devices.authority.certificate.der).digest()
      expect(Buffer.from(scep.PayloadContent.CAFingerprint)).toEqual(sha1)
    }),
  )

  it.live("brings a challenge that gets one key its certificate", () =>
    Effect.gen(function* () {
      const { server } = yield* given()
      const challenge = challengeOf(yield* profile(server, withToken(tokens.sign(claims()))))
      yield* Devices.obtain(server, Devices.firstRequest(challenge))
      expect(yield* Devices.ask(server, Devices.firstRequest(challenge, Devices.otherKey))).toEqual({
        _tag: "Failure",
        failInfo: "badRequest",
      })
    }),
  )

  const challenge = Devices.challenges.sign(claims())
  const foreign = SignedToken.make(Devices.stranger.privateKey, "enrollment-token").sign(claims())
  const [head = "", mac = ""] = tokens.sign(claims()).split(".")
  it.live.each<readonly [string, string]>([
    ["no token", route],
    ["an empty token", withToken("")],
    ["an expired token", withToken(tokens.sign(claims({ expiresAt: Devices.seconds(-1) })))],
    ["a token of another authority", withToken(foreign)],
    ["a SCEP challenge for a token", withToken(challenge)],
    ["a token with other claims", withToken(`${Buffer.from(JSON.stringify(claims())).toString("base64url")}.${mac}`)],
    ["a token without its signature", withToken(`${head}.`)],
    ["a token in another spelling", withToken(`${head}.${mac}=`)],
    ["a token and another behind it", withToken(`${head}.${mac}.${mac}`)],
    ["a token of ten thousand letters", withToken("A".repeat(10_000))],
    ["a token by another name", `${route}?Token=${head}.${mac}`],
  ])("with %s is refused, and the backend is not asked", ([, path]) =>
    Effect.gen(function* () {
      const { backend, server } = yield* given()
      expectProblem(yield* Whitelabel.ask(server, { path }), 403)
      expectProblem(yield* Whitelabel.ask(server, { path: `${path}${path.includes("?") ? "&" : "?"}profile` }), 403)
      const page = yield* Whitelabel.ask(server, { path, headers: person })
      expect(page).toMatchObject({ status: 403, headers: { "content-type": "text/html; charset=utf-8" } })
      expect(page.text).toContain("ask your administrator for a new one")
      expect(backend.heard()).toEqual([])
    }),
  )

  it.live("is open to everybody where that is configured; a token that is brought along must still count", () =>
    Effect.gen(function* () {
      const { server } = yield* given(open)
      yield* profile(server, route)
      yield* profile(server, withToken(tokens.sign(claims())))
      expectProblem(yield* Whitelabel.ask(server, { path: withToken("wrong") }), 403)
    }),
  )
})

describe("a token that was made", () => {
  const made = Effect.fnUntraced(function* (limit: number | undefined) {
    const path = yield* Folder.temporary
    const { dataDirectory } = Whitelabel.defaults
    const options = { dataDirectory, databaseUrl: Redacted.make(`sqlite://${path}/db`) }
    const { server } = yield* given(options)
    const state = yield* Layer.build(Layer.fresh(Server.state(options)))
    const store = yield* Effect.provide(Store, state)
    const created = yield* Effect.provide(
      EnrollmentToken.create({ validity: Duration.hours(1), limit, note: "for a test" }),
      state,
    )
    const { pathname, search } = new URL(EnrollmentToken.link(server.origin, created))
    return { server, store, created, path: pathname + search }
  })

  it.live("counts devices, not downloads; used up, it hands out nothing more", () =>
    Effect.gen(function* () {
      const { server, store, created, path } = yield* made(2)
      const downloads = [yield* profile(server, path), yield* profile(server, path), yield* profile(server, path)]
      const [first = "", second = "", third = ""] = downloads.map(challengeOf)
      yield* Devices.obtain(server, Devices.firstRequest(first))
      yield* profile(server, path)
      yield* Devices.obtain(server, Devices.firstRequest(second, Devices.otherKey))
      expectProblem(yield* Whitelabel.ask(server, { path }), 403)
      expect((yield* Devices.ask(server, Devices.firstRequest(third)))._tag).toBe("Failure")
      expect(yield* store.enrollmentTokens).toMatchObject([{ id: created.id, used: 2, note: "for a test" }])
    }),
  )

  it.live("revoked, hands out nothing more, and what it handed out is worth nothing", () =>
    Effect.gen(function* () {
      const { server, store, created, path } = yield* made(undefined)
      const challenge = challengeOf(yield* profile(server, path))
      yield* store.revokeEnrollmentToken(created.id)
      expectProblem(yield* Whitelabel.ask(server, { path }), 403)
      expect((yield* Devices.ask(server, Devices.firstRequest(challenge)))._tag).toBe("Failure")
    }),
  )
})

describe("the profile", () => {
  const origins = ["https://mdm.one.example", "https://mdm.two.example:8443"]
  const at = (host: string) => ({ host })
  const uuids = ({ PayloadUUID, PayloadContent }: typeof Profile.Type) => [
    PayloadUUID,
    ...PayloadContent.map((payload) => payload.PayloadUUID),
  ]
  const withoutChallenge = (one: typeof Profile.Type) => JSON.stringify(one).replace(challengeOf(one), "")

  it.live("is the same for one token and origin but for its challenge: a new download updates it", () =>
    Effect.gen(function* () {
      const { server } = yield* given({ origins })
      const path = withToken(tokens.sign(claims()))
      const one = yield* profile(server, path, at("mdm.one.example"))
      const again = yield* profile(server, path, at("mdm.one.example"))
      expect(challengeOf(one)).not.toBe(challengeOf(again))
      expect(withoutChallenge(one)).toBe(withoutChallenge(again))
      expect(new Set(uuids(one)).size).toBe(3)
    }),
  )

  it.live("is another for each origin, and for each token", () =>
    Effect.gen(function* () {
      const { server } = yield* given({ origins })
      const [path, other] = [withToken(tokens.sign(claims())), withToken(tokens.sign(claims()))]
      const all = [
        yield* profile(server, path, at("mdm.one.example")),
        yield* profile(server, path, at("mdm.two.example:8443")),
        yield* profile(server, other, at("mdm.one.example")),
      ]
      expect(new Set(all.flatMap(uuids)).size).toBe(9)
      expect(all.map(({ PayloadContent: [scep] }) => scep.PayloadContent.URL)).toEqual([
        "https://mdm.one.example/mdm/apple/scep",
        "https://mdm.two.example:8443/mdm/apple/scep",
        "https://mdm.one.example/mdm/apple/scep",
      ])
    }),
  )

  it.live("signed, is the same with the signer's certificate and chain around it", () =>
    Effect.gen(function* () {
      const signer = { identity: Devices.identity({ by: Devices.stranger }), chain: [Devices.stranger.certificate] }
      const { server } = yield* given({ enrollment: { mode: "open", signer } })
      const answer = yield* Whitelabel.ask(server, { path: route })
      expect(answer.headers["content-type"]).toBe("application/x-apple-aspen-config")
      const verified = Result.getOrThrow(Cms.verify(answer.bytes))
      expect(Certificate.equals(verified.signer, signer.identity.certificate)).toBe(true)
      expect(verified.certificates.map(Certificate.fingerprint)).toContain(
        Certificate.fingerprint(Devices.stranger.certificate),
      )
      expect(profileIn(verified.content).PayloadDisplayName).toBe("Device management")
    }),
  )

  it.live("brings the authorities of the server's own TLS", () =>
    Effect.gen(function* () {
      const { server } = yield* given({ enrollment: { mode: "open", tlsRoots: [Devices.stranger.certificate] } })
      const answer = yield* Whitelabel.ask(server, { path: route })
      expect(Whitelabel.plistOf(answer)).toMatchObject({
        PayloadContent: [
          { PayloadType: "com.apple.security.root", PayloadContent: Devices.stranger.certificate.der },
          { PayloadType: "com.apple.security.scep" },
          { PayloadType: "com.apple.mdm" },
        ],
      })
    }),
  )
})

describe("the backend", () => {
  const branding = { organization: "Schulträger Süd", displayName: "Schulgeräte" }

  it.live("words the profile; where it says nothing, the configuration does", () =>
    Effect.gen(function* () {
      const { backend, server } = yield* given(
        { enrollment: { branding: { organization: "Configured", consentText: "Yes?" } } },
        { enroll: Backend.json({ _tag: "Allow", profile: branding }) },
      )
      const token = tokens.sign(claims())
      expect(yield* profile(server, withToken(token), { "user-agent": "Profile/1.0" })).toMatchObject({
        PayloadOrganization: "Schulträger Süd",
        PayloadDisplayName: "Schulgeräte",
        ConsentText: { default: "Yes?" },
      })
      expect(backend.heardBy("enroll")).toEqual([
        { mdmOrigin: { url: server.origin }, token, userAgent: "Profile/1.0" },
      ])
    }),
  )

  it.live.each([
    ["has no such webhook", {}],
    ["does not support it", { enroll: Backend.json({ _tag: "ManagementNotSupported" }, 501) }],
    ["says yes", { enroll: Backend.json({ _tag: "Allow" }) }],
  ] as const)("that %s lets a device in", ([, replies]) =>
    Effect.gen(function* () {
      const { server } = yield* given(open, replies)
      expect(yield* profile(server, route)).toMatchObject({
        PayloadOrganization: "Espalier",
        PayloadDisplayName: "Device management",
      })
    }),
  )

  it.live.each([
    [{ _tag: "Deny" }, "This device may not enroll"],
    [{ _tag: "Deny", message: "Ask <b>Bob</b>." }, "Ask <b>Bob</b>."],
  ] as const)("that says no keeps the profile, and the reason is read (%j)", ([answer, detail]) =>
    Effect.gen(function* () {
      const { server } = yield* given(open, { enroll: Backend.json(answer) })
      const refused = yield* Whitelabel.ask(server, { path: route })
      expect(refused).toMatchObject({ status: 403, headers: { "content-type": "application/problem+json" } })
      expect(JSON.parse(refused.text)).toMatchObject({ detail })
      const page = yield* Whitelabel.ask(server, { path: `${route}?profile`, headers: person })
      expect(page.status).toBe(403)
      expect(page.text).not.toContain("<b>Bob")
      expect(page.text).not.toContain("..")
    }),
  )

  it.live.each([
    ["has a fault", Backend.json({ _tag: "InternalServerError" }, 500)],
    ["hangs up", Backend.hangUp],
    ["answers nonsense", Backend.json({ _tag: "Perhaps" })],
    ["words what no profile can carry", Backend.json({ _tag: "Allow", profile: { organization: "a\u0000b" } })],
    ["words half a character", Backend.json({ _tag: "Allow", profile: { displayName: "\ud83c" } })],
  ] as const)("that %s: come again, and a person reads so", ([, reply]) =>
    Effect.gen(function* () {
      const { server } = yield* given(open, { enroll: reply })
      expect(yield* Whitelabel.ask(server, { path: route })).toMatchObject({ status: 503, text: "" })
      const page = yield* Whitelabel.ask(server, { path: `${route}?profile`, headers: person })
      expect(page).toMatchObject({
        status: 503,
        headers: { "content-type": "text/html; charset=utf-8", "retry-after": expect.stringMatching(/^\d+$/) },
      })
      expect(page.text).toMatch(/try again/i)
    }),
  )

  it.live("that words nothing at all is not left blank", () =>
    Effect.gen(function* () {
      const empty = { organization: "", displayName: "", description: "", consentText: "" }
      const { server } = yield* given(open, { enroll: Backend.json({ _tag: "Allow", profile: empty }) })
      const received = yield* profile(server, route)
      expect(received).toMatchObject({ PayloadOrganization: "Espalier", PayloadDisplayName: "Device management" })
      expect(received).not.toHaveProperty("ConsentText")
      const page = yield* Whitelabel.ask(server, { path: route, headers: person })
      expect(page.text).toContain("<h1>Device management</h1>")
    }),
  )
})

describe("the page for people", () => {
  const hostile = `"><script>alert(1)</script><img src=x onerror='alert(1)'>&amp;</title></style>`
  const wording = { organization: hostile, displayName: hostile, description: hostile, consentText: hostile }
  const page = Effect.fnUntraced(function* (profile: object) {
    const { server } = yield* given(open, { enroll: Backend.json({ _tag: "Allow", profile }) })
    return yield* Whitelabel.ask(server, { path: route, headers: person })
  })

  it.live("is plain HTML that loads, runs and frames nothing, and is kept nowhere", () =>
    Effect.gen(function* () {
      const answer = yield* page({})
      expect(answer).toMatchObject({
        status: 200,
        headers: {
          "content-type": "text/html; charset=utf-8",
          "cache-control": "no-store",
          "referrer-policy": "no-referrer",
          "x-content-type-options": "nosniff",
        },
      })
      const policy = String(answer.headers["content-security-policy"]).split("; ")
      for (const part of ["default-src 'none'", "base-uri 'none'", "frame-ancestors 'none'", "form-action 'none'"]) {
        expect(policy).toContain(part)
      }
      expect(answer.text).not.toMatch(/<script|<img|<link|<iframe|src=|url\(|\son\w+=/i)
    }),
  )

  it.live("escapes whatever it is worded with", () =>
    Effect.gen(function* () {
      const { text } = yield* page(wording)
      expect(text).not.toMatch(/<script|<img/i)
      expect(text.match(/<\/style>|<\/title>/g)).toEqual(["</title>", "</style>"])
      expect(text.split("&lt;script&gt;alert(1)&lt;/script&gt;").length - 1).toBe(5)
      expect(text).toContain("&amp;amp;")
    }),
  )

  it.live("has the profile behind its button, with the token that was in the link", () =>
    Effect.gen(function* () {
      const { server } = yield* given()
      const token = tokens.sign(claims())
      const { text } = yield* Whitelabel.ask(server, { path: withToken(token), headers: person })
      const [, href = ""] = /<a class="button" href="([^"]+)"/.exec(text) ?? []
      const target = new URL(href.replaceAll("&amp;", "&"), `${server.origin}${route}`)
      const answer = yield* Whitelabel.ask(server, { path: target.pathname + target.search, headers: person })
      expect(answer.headers["content-type"]).toBe("application/x-apple-aspen-config")
    }),
  )
})

describe("the ServerCapabilities of a profile", () => {
  const capabilitiesOf = Effect.fnUntraced(function* (
    replies: Backend.Replies,
    options: Partial<Server.ServerOptions> = open,
  ) {
    const { backend, server } = yield* given(options, replies)
    const answer = yield* Whitelabel.ask(server, { path: route })
    const { PayloadContent } = Schema.decodeUnknownSync(
      Schema.Struct({
        PayloadContent: Schema.Array(
          Schema.Struct({ ServerCapabilities: Schema.optionalKey(Schema.Array(Schema.String)) }),
        ),
      }),
    )(Result.getOrThrow(Plist.parse(answer.bytes)))
    return { backend, server, capabilities: PayloadContent.flatMap((payload) => payload.ServerCapabilities ?? []) }
  })
  const always = "com.apple.mdm.per-user-connections"
  const notSupported = Backend.json({ _tag: "ManagementNotSupported" }, 501)

  it.live.each<readonly [string, Backend.Replies, ReadonlyArray<string>]>([
    ["a backend without these webhooks", {}, []],
    ["a backend that answers ManagementNotSupported", { bootstrapToken: notSupported, token: notSupported }, []],
    [
      "a backend with both",
      {
        bootstrapToken: Backend.json({ bootstrapToken: null }),
        token: Backend.json({ _tag: "UnknownDevice" }, 404),
      },
      ["com.apple.mdm.bootstraptoken", "com.apple.mdm.token"],
    ],
  ])("are those of %s", ([, replies, expected]) =>
    Effect.gen(function* () {
      expect((yield* capabilitiesOf(replies)).capabilities).toEqual([always, ...expected])
    }),
  )

  it.live("are asked for once", () =>
    Effect.gen(function* () {
      const { backend, server } = yield* capabilitiesOf({ bootstrapToken: Backend.json({ bootstrapToken: null }) })
      yield* Whitelabel.ask(server, { path: route })
      expect(backend.heardBy("bootstrapToken")).toMatchObject([{ scope: { udid: "ESPALIER-CAPABILITIES" } }])
    }),
  )

  it.live("a profile is not made while the backend fails, and is afterwards", () =>
    Effect.gen(function* () {
      const fails = Backend.inTurn((response) => response.writeHead(503).end(), Backend.json({ bootstrapToken: null }))
      const { server } = yield* given(open, { bootstrapToken: fails })
      expect((yield* Whitelabel.ask(server, { path: route })).status).toBe(503)
      expect((yield* Whitelabel.ask(server, { path: route })).status).toBe(200)
    }),
  )

  it.live("can be configured", () =>
    Effect.gen(function* () {
      const capabilities = { bootstrapToken: true, token: false }
      const { backend, capabilities: found } = yield* capabilitiesOf({}, { enrollment: { mode: "open", capabilities } })
      expect(found).toEqual([always, "com.apple.mdm.bootstraptoken"])
      expect(backend.heardBy("bootstrapToken")).toEqual([])
    }),
  )
})
