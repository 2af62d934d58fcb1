/**
 * Signed requests reach the services. All others get the same answer and reach no service.
 */
import { describe, expect, it } from "@effect/vitest"
import { Secret, WebhookId, WebhookSignature } from "@espalier/signing"
import { Array, Config, ConfigProvider, Effect, Exit, Layer, Logger, Redacted } from "effect"
import { Webhook as ReferenceLibrary } from "standardwebhooks"
import { WebhookVerifier } from "../src/index.ts"
import { call, deviceScope, fetchHandler, handlersOf, type Mount, mounts, pathOf } from "./Backend.ts"

const body = JSON.stringify({ scope: deviceScope })
const now = () => Math.floor(Date.now() / 1000)
const hmac = Effect.runSync(Secret.generateHmac)
const otherHmac = Effect.runSync(Secret.generateHmac)
const ed25519 = Effect.runSync(Secret.generateEd25519)
const otherEd25519 = Effect.runSync(Secret.generateEd25519)

const signed = (
  secrets: Array.NonEmptyReadonlyArray<Secret.SigningSecret>,
  options: { readonly timestamp?: number; readonly body?: string } = {},
): Record<string, string> =>
  WebhookSignature.sign({
    id: Effect.runSync(WebhookId.make),
    timestamp: options.timestamp ?? now(),
    body: options.body ?? body,
    secrets,
  })

/** A backend that trusts `secrets`, and how often its service was called. */
const trusting = Effect.fnUntraced(function* (mount: Mount, secrets: Array.NonEmptyReadonlyArray<Secret.Secret>) {
  let calls = 0
  const handlers = handlersOf({
    checkin: () =>
      Effect.sync(() => {
        calls++
        return { _tag: "Idle" }
      }),
  })
  const [first, ...rest] = secrets
  const verifier = WebhookVerifier.layer({
    secrets: [Redacted.make(Secret.format(first)), ...rest.map(Secret.format)],
  })
  const mounted = yield* mount(Layer.mergeAll(handlers, verifier, Logger.layer([])))
  const callWith = (headers: Record<string, string>, sent: string = body) =>
    Effect.promise(async () => {
      const response = await mounted.fetch(pathOf("checkin"), {
        method: "POST",
        headers: { "content-type": "application/json", ...headers },
        body: sent,
      })
      return { status: response.status, json: JSON.parse(await response.text()) }
    })
  return { call: callWith, calls: () => calls }
})

describe.each(mounts)("%s", (_name, mount) => {
  const accepted: ReadonlyArray<
    readonly [
      title: string,
      trusted: Array.NonEmptyReadonlyArray<Secret.Secret>,
      signing: Array.NonEmptyReadonlyArray<Secret.SigningSecret>,
    ]
  > = [
    ["HMAC", [hmac], [hmac]],
    ["ed25519, with the public key", [Secret.publicKey(ed25519)], [ed25519]],
    ["ed25519, with the private key", [ed25519], [ed25519]],
    ["sender rotates: old and new sign, the old is known", [hmac], [hmac, otherHmac]],
    ["sender rotates: old and new sign, the new is known", [otherHmac], [hmac, otherHmac]],
    ["receiver rotates: both are known, the old signs", [otherHmac, hmac], [hmac]],
    ["from HMAC to ed25519", [hmac, Secret.publicKey(ed25519)], [ed25519]],
  ]

  it.live("accepts calls signed with a trusted secret", () =>
    Effect.gen(function* () {
      for (const [title, trusted, signing] of accepted) {
        const { call, calls } = yield* trusting(mount, trusted)
        expect(yield* call(signed(signing)), title).toEqual({ status: 200, json: { _tag: "Idle" } })
        expect(calls(), title).toBe(1)
      }
    }),
  )

  const rejected: ReadonlyArray<readonly [title: string, headers: () => Record<string, string>, body?: string]> = [
    ["unsigned", () => ({})],
    ["another secret", () => signed([otherHmac])],
    ["another key pair", () => signed([otherEd25519])],
    ["another body", () => signed([hmac]), `${body} `],
    ["no body", () => signed([hmac]), ""],
    ["a body that is not JSON", () => signed([hmac]), "{"],
    ["six minutes ago", () => signed([hmac], { timestamp: now() - 360 })],
    ["in six minutes", () => signed([hmac], { timestamp: now() + 360 })],
    ["a moved timestamp", () => ({ ...signed([hmac]), "webhook-timestamp": String(now() - 1) })],
    ["another id", () => ({ ...signed([hmac]), "webhook-id": "msg_other" })],
    ["no signature", () => ({ ...signed([hmac]), "webhook-signature": "" })],
    [
      "another version",
      () => ({
        ...signed([hmac]),
        "webhook-signature": signed([hmac])["webhook-signature"]?.replace("v1,", "v2,") ?? "",
      }),
    ],
    [
      "a signature cut short",
      () => ({ ...signed([hmac]), "webhook-signature": signed([hmac])["webhook-signature"]?.slice(0, -4) ?? "" }),
    ],
    ["a timestamp in words", () => ({ ...signed([hmac]), "webhook-timestamp": "now" })],
    ...["webhook-id", "webhook-timestamp", "webhook-signature"].map(
      (name) =>
        [
          `without ${name}`,
          () => Object.fromEntries(Object.entries(signed([hmac])).filter(([header]) => header !== name)),
        ] as const,
    ),
  ]

  it.live("rejects every other call with the same answer, before any service", () =>
    Effect.gen(function* () {
      const { call, calls } = yield* trusting(mount, [hmac, Secret.publicKey(ed25519)])
      for (const [title, headers, sent] of rejected) {
        expect(yield* call(headers(), sent), title).toEqual({
          status: 401,
          json: {
            _tag: "InvalidSignature",
            message: "The signature is missing, stale or wrong: check the secret and the clock",
          },
        })
      }
      expect(calls()).toBe(0)
      expect((yield* call(signed([hmac]))).status).toBe(200)
    }).pipe(Effect.provide(Logger.layer([]))),
  )

  it.live("accepts a retry with the same webhook-id", () =>
    Effect.gen(function* () {
      const { call, calls } = yield* trusting(mount, [hmac])
      const headers = signed([hmac])
      yield* call(headers)
      expect((yield* call(headers)).status).toBe(200)
      expect(calls()).toBe(2)
    }),
  )

  it.live("accepts signatures of the reference library", () =>
    Effect.gen(function* () {
      const { call } = yield* trusting(mount, [hmac])
      const moment = new Date()
      const signature = new ReferenceLibrary(Secret.format(hmac)).sign("msg_reference", moment, body)
      const answer = yield* call({
        "webhook-id": "msg_reference",
        "webhook-timestamp": String(Math.floor(moment.getTime() / 1000)),
        "webhook-signature": signature,
      })
      expect(answer.status).toBe(200)
    }),
  )
})

describe("the log", () => {
  const reasons: ReadonlyArray<readonly [title: string, headers: () => Record<string, string>, reason: string]> = [
    ["an unsigned call", () => ({}), "it is not signed"],
    [
      "a call without its timestamp",
      () => ({ ...signed([hmac]), "webhook-timestamp": "" }),
      "it has no webhook-timestamp",
    ],
    ["a stale call", () => signed([hmac], { timestamp: now() - 360 }), "the message is too old"],
    ["a call with another secret", () => signed([otherHmac]), "no signature matches"],
  ]

  it.live.each(reasons)("says why %s was rejected", ([, headers, reason]) =>
    Effect.gen(function* () {
      const logs: Array<string> = []
      const logger = Logger.layer([Logger.make(({ logLevel, message }) => logs.push(`${logLevel} ${String(message)}`))])
      const backend = Layer.mergeAll(handlersOf({}), WebhookVerifier.layer({ secrets: [Secret.format(hmac)] }), logger)
      const { fetch } = yield* fetchHandler(backend)
      const init = { method: "POST", headers: { "content-type": "application/json", ...headers() }, body }
      yield* Effect.promise(() => fetch(pathOf("checkin"), init))
      expect(logs).toEqual([`Warn Webhook call rejected: ${reason}`])
    }),
  )

  it.live("says that the body was read before", () =>
    Effect.gen(function* () {
      const logs: Array<unknown> = []
      const verify = yield* WebhookVerifier
      const headers = { ...signed([hmac]), "content-length": String(body.length) }
      yield* Effect.flip(verify(headers, new Uint8Array())).pipe(
        Effect.provide(Logger.layer([Logger.make(({ message }) => logs.push(...[message].flat()))])),
      )
      expect(logs).toEqual([expect.stringContaining("Mount the webhooks before express.json()")])
    }).pipe(Effect.provide(WebhookVerifier.layer({ secrets: [Secret.format(hmac)] }))),
  )
})

describe("WebhookVerifier.layerConfig", () => {
  const provider = ConfigProvider.layer(
    ConfigProvider.fromUnknown({
      CURRENT: Secret.format(hmac),
      PREVIOUS: Secret.format(otherHmac),
      MALFORMED: "whsec_",
    }),
  )
  const verifierOf = (...names: Array.NonEmptyReadonlyArray<string>) =>
    WebhookVerifier.layerConfig({ secrets: Array.map(names, (name) => Config.Redacted(name)) }).pipe(
      Layer.provide(provider),
    )

  it.live("accepts calls signed with any of the configured secrets", () =>
    Effect.gen(function* () {
      const verify = yield* WebhookVerifier
      for (const secret of [hmac, otherHmac]) yield* verify(signed([secret]), new TextEncoder().encode(body))
      const unsigned = yield* Effect.flip(verify({}, new TextEncoder().encode(body)))
      expect(unsigned._tag).toBe("InvalidSignature")
    }).pipe(Effect.provide(Layer.merge(verifierOf("CURRENT", "PREVIOUS"), Logger.layer([])))),
  )

  it.effect("fails with a ConfigError for a missing secret and a SecretError for a malformed one", () =>
    Effect.gen(function* () {
      const failureOf = (name: string) =>
        Effect.map(Effect.flip(Effect.scoped(Layer.build(verifierOf("CURRENT", name)))), ({ _tag }) => _tag)
      expect(yield* failureOf("MISSING")).toBe("ConfigError")
      expect(yield* failureOf("MALFORMED")).toBe("SecretError")
    }),
  )
})

describe("WebhookVerifier.layer", () => {
  it.effect.each(["", "secret", "whsec_", "whsec_AAAA", "whsec_not base64 at all, not even close", "whpk_AAAA"])(
    "fails to start with %j, and does not reveal it",
    (text) =>
      Effect.gen(function* () {
        for (const secret of [text, Redacted.make(text)]) {
          const exit = yield* Effect.exit(
            Effect.scoped(Layer.build(WebhookVerifier.layer({ secrets: [Secret.format(hmac), secret] }))),
          )
          expect(Exit.isFailure(exit)).toBe(true)
          expect(JSON.stringify(exit)).toContain("SecretError")
          if (text.length > 20) expect(JSON.stringify(exit) + String(exit)).not.toContain(text)
        }
      }),
  )
})

it.live("WebhookVerifier.layerUnsigned accepts every call and logs one warning", () =>
  Effect.gen(function* () {
    const logs: Array<string> = []
    const logger = Logger.layer([Logger.make(({ logLevel, message }) => logs.push(`${logLevel} ${String(message)}`))])
    const handlers = handlersOf({ checkin: () => Effect.succeed({ _tag: "Idle" }) })
    const { fetch } = yield* fetchHandler(
      Layer.merge(handlers, WebhookVerifier.layerUnsigned).pipe(Layer.provideMerge(logger)),
    )
    for (const _ of [1, 2]) expect((yield* call(fetch, "checkin", { scope: deviceScope })).status).toBe(200)
    expect(logs.length).toBe(1)
    expect(logs[0]).toMatch(/^Warn .*signatures are not verified/)
  }),
)
