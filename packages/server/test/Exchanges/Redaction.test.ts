/**
 * What an operator sees of the traffic: who said what kind of thing and how it ended, and no secret that passed through.
 */
import { describe, expect, it } from "@effect/vitest"
import { Cause, Effect, Exit, Logger, Metric, Tracer } from "effect"
import * as Backend from "../support/Backend.ts"
import * as Messages from "../support/Messages.ts"
import * as Whitelabel from "../support/Whitelabel.ts"

/** Longer than what a cut-off log would hide, in each form that it takes on its way. */
const secret = "SECRET-MARKER-7d1f"
const bytes = new TextEncoder().encode(secret)
const forms = [secret, Buffer.from(secret).toString("base64"), Buffer.from(secret).toString("hex")]

const authority = {
  event: Backend.taken,
  bootstrapToken: Backend.json({ bootstrapToken: Buffer.from(secret).toString("base64") }),
  token: Backend.json({ tokenData: Buffer.from(secret).toString("base64") }),
  userAuthenticate: Backend.json({ _tag: "Challenge", digest: secret }),
  checkin: Backend.json({
    _tag: "Command",
    commandUUID: "command-9",
    requestType: "ClearPasscode",
    payload: { UnlockToken: { $data: Buffer.from(secret).toString("base64") }, PIN: secret },
  }),
  declaration: Backend.json({ Type: "t", Identifier: "i", ServerToken: "s", Payload: { Password: secret } }),
}

const headers = {
  "x-device-identity-certificate": secret,
  "x-client-cert": secret,
  "x-forwarded-client-cert": secret,
  authorization: secret,
  cookie: secret,
}

const json = (value: unknown) =>
  JSON.stringify(value, (_, part: unknown) => (typeof part === "bigint" ? String(part) : part))

/** What exporters take from a span: of how it ended only why it failed. */
const exported = (span: Tracer.NativeSpan): string =>
  json([
    span.name,
    [...span.attributes],
    span.events,
    span.status._tag === "Ended" && Exit.isFailure(span.status.exit) ? Cause.pretty(span.status.exit.cause) : "",
  ])

describe("logs, spans and metrics", () => {
  it.live("hold nothing secret", () => {
    const lines: Array<string> = []
    const spans: Array<Tracer.NativeSpan> = []
    const logger = Logger.map(Logger.formatStructured, (entry) => {
      lines.push(JSON.stringify(entry))
    })
    const tracer = Tracer.make({
      span: (options) => {
        const span = new Tracer.NativeSpan(options)
        spans.push(span)
        return span
      },
    })
    return Effect.gen(function* () {
      const elsewhere = yield* Backend.start({}, Backend.json({}))
      const backend = yield* Backend.start({
        ...authority,
        asset: Backend.json({ url: `${elsewhere.url}/${secret}?ticket=${secret}` }),
      })
      const server = yield* Whitelabel.start(backend, {}, [logger])
      const put = (contentType: string) => (message: Parameters<typeof Whitelabel.xml>[0]) =>
        Whitelabel.ask(server, {
          method: "PUT",
          path: "/mdm/apple/mdm",
          headers: { ...headers, "content-type": contentType },
          body: Whitelabel.xml(message),
        })
      const checkIn = put(Whitelabel.checkInType)
      const report = put(Whitelabel.commandType)
      const answers = [
        yield* checkIn(Messages.authenticate),
        yield* checkIn({ ...Messages.tokenUpdate, Token: bytes, PushMagic: secret, UnlockToken: bytes }),
        yield* checkIn({ ...Messages.setBootstrapToken, BootstrapToken: bytes }),
        yield* checkIn(Messages.getBootstrapToken),
        yield* checkIn({ ...Messages.getToken, TokenParameters: { SecurityToken: secret } }),
        yield* checkIn({ ...Messages.userAuthenticate, DigestResponse: secret, AuthToken: secret }),
        yield* checkIn(Messages.declarative("declaration/configuration/mail")),
        yield* checkIn(Messages.declarative("status", `{"StatusItems":{"a":"${secret}"}}`)),
        yield* report(Messages.idle),
        yield* report({ ...Messages.acknowledged, QueryResponses: { PIN: secret, Key: bytes } }),
      ]
      expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200))
      // Refused, each at another step.
      yield* checkIn({ ...Messages.tokenUpdate, Topic: bytes, PushMagic: secret })
      yield* checkIn({ ...Messages.tokenUpdate, UDID: secret.repeat(100) })
      yield* checkIn(Messages.declarative("status", `{"Errors":"${secret}"}`))
      yield* report({ ...Messages.acknowledged, Status: secret })
      yield* Whitelabel.checkIn(server, `<plist><data>${secret}</data></plist>`)
      yield* Whitelabel.ask(server, { path: "/mdm/apple/assets/logo", headers })
      yield* Whitelabel.ask(server, { path: `/mdm/apple/enroll?token=${secret}` })
      const signed = { ...headers, "mdm-signature": secret, "content-type": Whitelabel.checkInType }
      const body = Whitelabel.xml(Messages.authenticate)
      yield* Whitelabel.ask(server, { method: "PUT", path: "/mdm/apple/mdm", headers: signed, body })

      expect(lines.length).toBeGreaterThanOrEqual(answers.length)
      expect(spans.map(({ name }) => name)).toEqual(expect.arrayContaining(["mdm TokenUpdate", "webhook event"]))
      const told = [...lines, ...spans.map(exported), json(yield* Metric.snapshot)]
      for (const form of forms) expect(told.filter((text) => text.includes(form))).toEqual([])
    }).pipe(Effect.withTracer(tracer))
  })

  it.live("a line says who, what and how it ended", () => {
    const lines: Array<unknown> = []
    const logger = Logger.map(Logger.formatStructured, ({ message, level, annotations }) => {
      lines.push({ message, level, annotations })
    })
    return Effect.gen(function* () {
      const backend = yield* Backend.start(authority)
      const server = yield* Whitelabel.start(backend, {}, [logger])
      yield* Whitelabel.checkIn(server, { ...Messages.tokenUpdate, UserID: "0E2B" })
      expect(lines).toEqual([
        {
          message: expect.stringMatching(/^TokenUpdate → 200 in \d+ ms$/),
          level: "INFO",
          annotations: { "mdm.origin": server.origin, "mdm.udid": Messages.udid, "mdm.user_id": "0E2B" },
        },
      ])
    })
  })
})
