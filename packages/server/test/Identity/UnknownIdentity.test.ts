/**
 * Devices that enrolled with another server: they never send an Authenticate here. They are rejected, imported, or adopted by the backend.
 */
import { describe, expect, it } from "@effect/vitest"
import { Certificate } from "@espalier/apple"
import { Effect, Option, Redacted } from "effect"
import { Server, Store } from "../../src/index.ts"
import * as Backend from "../support/Backend.ts"
import * as Devices from "../support/Devices.ts"
import * as Folder from "../support/Folder.ts"
import { launch } from "../support/Launch.ts"
import * as Messages from "../support/Messages.ts"
import * as Whitelabel from "../support/Whitelabel.ts"

const old = Devices.identity({ by: Devices.stranger })
const proxy = undefined

const given = Effect.fnUntraced(function* (unknown: "reject" | "ask", adopt?: Backend.Reply) {
  const backend = yield* Backend.start({
    event: Backend.taken,
    checkin: Backend.json({ _tag: "Idle" }),
    ...(adopt === undefined ? {} : { adopt }),
  })
  const folder = yield* Folder.temporary
  const databaseUrl = Redacted.make(`sqlite://${folder}/store.db`)
  const { dataDirectory } = Whitelabel.defaults
  const identity = { mode: "required", roots: [Devices.stranger.certificate], proxy, unknown } as const
  const server = yield* launch(backend, { identity, databaseUrl })
  const store = <A, E>(use: (store: Store["Service"]) => Effect.Effect<A, E>) =>
    Effect.provide(Effect.flatMap(Store, use), Server.state({ dataDirectory, databaseUrl }))
  return { backend, server, store }
})

const statusOf = (server: Whitelabel.Whitelabel, message: Parameters<typeof Devices.say>[1], by = old) =>
  Effect.map(Devices.say(server, message, by), ({ status }) => status)

const allow = Backend.json({ _tag: "Allow" })

describe("a device that never enrolled here", () => {
  it.live("is rejected, and the backend is not called", () =>
    Effect.gen(function* () {
      const { backend, server } = yield* given("reject", allow)
      expect(yield* statusOf(server, Messages.tokenUpdate)).toBe(403)
      expect(yield* statusOf(server, Messages.idle)).toBe(403)
      expect(backend.heard()).toEqual([])
    }),
  )

  it.live("is adopted when the backend allows it: once, with its certificate", () =>
    Effect.gen(function* () {
      const { backend, server } = yield* given("ask", allow)
      expect(yield* statusOf(server, Messages.tokenUpdate)).toBe(200)
      expect(yield* statusOf(server, Messages.idle)).toBe(200)
      expect(backend.heardBy("adopt")).toMatchObject([
        {
          scope: { udid: Messages.udid, identityCertificate: Certificate.toPem(old.certificate) },
          messageType: "TokenUpdate",
        },
      ])
      expect(yield* statusOf(server, Messages.idle, Devices.identity())).toBe(403)
    }),
  )

  it.live.each<readonly [string, Backend.Reply | undefined, number]>([
    ["denies it", Backend.json({ _tag: "Deny" }), 403],
    ["has no adopt webhook", undefined, 403],
    ["fails", (response) => response.writeHead(503).end(), 503],
  ])("is not adopted when the backend %s", ([, adopt, status]) =>
    Effect.gen(function* () {
      const { backend, server } = yield* given("ask", adopt)
      expect(yield* statusOf(server, Messages.tokenUpdate)).toBe(status)
      expect(backend.heardBy("event")).toEqual([])
    }),
  )

  it.live("an adopted certificate is not accepted for a second device", () =>
    Effect.gen(function* () {
      const { server } = yield* given("ask", allow)
      expect(yield* statusOf(server, Messages.tokenUpdate)).toBe(200)
      expect(yield* statusOf(server, { ...Messages.tokenUpdate, UDID: "another" })).toBe(403)
    }),
  )
})

describe("an imported device", () => {
  it.live.each<readonly [string, string | undefined]>([
    ["its certificate", Certificate.fingerprint(old.certificate)],
    ["any certificate", undefined],
  ])("is accepted with %s", ([, fingerprint]) =>
    Effect.gen(function* () {
      const { server, store } = yield* given("reject")
      expect(yield* store((_) => _.importDevice(Messages.udid, fingerprint))).toBe(true)
      expect(yield* statusOf(server, Messages.tokenUpdate)).toBe(200)
      expect(yield* store((_) => _.pinned(Messages.udid))).toEqual(
        Option.some(Certificate.fingerprint(old.certificate)),
      )
      expect(yield* statusOf(server, Messages.idle, Devices.identity())).toBe(403)
    }),
  )

  it.live("is rejected with another certificate than the imported one", () =>
    Effect.gen(function* () {
      const { server, store } = yield* given("reject")
      yield* store((_) => _.importDevice(Messages.udid, "a".repeat(64)))
      expect(yield* statusOf(server, Messages.tokenUpdate)).toBe(403)
    }),
  )
})
