/**
 * One device, one certificate: the first `Authenticate` that the backend takes pins it, another one replaces it, a renewal hands it on, and
 * every other pairing of certificate and UDID is refused before the backend hears of it.
 */
import { describe, expect, it, layer } from "@effect/vitest"
import type { Certificate } from "@espalier/apple"
import type { Plist } from "@espalier/plist"
import * as Postgres from "@espalier/testing/Postgres"
import { Effect, type Scope } from "effect"
import * as Backend from "../support/Backend.ts"
import * as Devices from "../support/Devices.ts"
import { launch } from "../support/Launch.ts"
import * as Messages from "../support/Messages.ts"
import { expectProblem } from "../support/Refusals.ts"
import * as Whitelabel from "../support/Whitelabel.ts"

interface World {
  readonly backend: Backend.Backend
  /** Two servers of one store, which may be one server. */
  readonly one: Whitelabel.Whitelabel
  readonly other: Whitelabel.Whitelabel
}

/** How often the backend has heard something. */
const heard = (backend: Backend.Backend) => backend.heard().length

/** A message that the backend takes. */
const taken = Effect.fnUntraced(function* (
  { backend }: World,
  server: Whitelabel.Whitelabel,
  message: Plist.Dictionary,
  by: Certificate.KeyedCertificate,
) {
  const before = heard(backend)
  expect(yield* Devices.say(server, message, by)).toMatchObject({ status: 200 })
  expect(heard(backend)).toBe(before + 1)
})

/** A message that the backend never hears of. */
const refused = Effect.fnUntraced(function* (
  { backend }: World,
  server: Whitelabel.Whitelabel,
  message: Plist.Dictionary,
  by: Certificate.KeyedCertificate | undefined,
) {
  const before = heard(backend)
  const answer =
    by === undefined ? yield* Devices.put(server, Whitelabel.xml(message)) : yield* Devices.say(server, message, by)
  expectProblem(answer, 403)
  expect(heard(backend)).toBe(before)
})

const { authenticate, tokenUpdate, checkOut } = Messages
const bob = "BOB"
const ofBob = <A extends Plist.Dictionary>(message: A) => ({ ...message, UDID: bob })

/** The rules, for one server and for two that share a database. */
const rules = <R>(
  test: (name: string, body: () => Effect.Effect<void, unknown, R | Scope.Scope>) => void,
  world: Effect.Effect<World, never, R | Scope.Scope>,
) => {
  test("before its first Authenticate a certificate says nothing", () =>
    Effect.gen(function* () {
      const w = yield* world
      const ada = Devices.identity()
      yield* refused(w, w.one, tokenUpdate, ada)
      yield* refused(w, w.other, { ...tokenUpdate, UserID: "0E2B" }, ada)
      yield* taken(w, w.one, authenticate, ada)
      yield* taken(w, w.other, tokenUpdate, ada)
    }))

  test("only the pinned certificate speaks for the device", () =>
    Effect.gen(function* () {
      const w = yield* world
      const [ada, another] = [Devices.identity(), Devices.identity()]
      yield* taken(w, w.one, authenticate, ada)
      for (const message of [tokenUpdate, checkOut, Messages.getToken, Messages.declarative("tokens")]) {
        yield* refused(w, w.other, message, another)
        yield* refused(w, w.other, message, undefined)
      }
      yield* taken(w, w.other, checkOut, ada)
    }))

  test("a certificate speaks for one device: neither by Authenticate nor otherwise for another", () =>
    Effect.gen(function* () {
      const w = yield* world
      const [ada, bobs] = [Devices.identity(), Devices.identity()]
      yield* taken(w, w.one, authenticate, ada)
      yield* refused(w, w.other, ofBob(authenticate), ada)
      yield* taken(w, w.one, ofBob(authenticate), bobs)
      yield* refused(w, w.other, ofBob(authenticate), ada)
      yield* refused(w, w.other, ofBob(tokenUpdate), ada)
      yield* refused(w, w.other, tokenUpdate, bobs)
      yield* taken(w, w.other, tokenUpdate, ada)
      yield* taken(w, w.one, ofBob(tokenUpdate), bobs)
    }))

  test("another certificate takes over by Authenticate only, and the old one is out", () =>
    Effect.gen(function* () {
      const w = yield* world
      const [old, next] = [Devices.identity(), Devices.identity()]
      yield* taken(w, w.one, authenticate, old)
      yield* refused(w, w.one, tokenUpdate, next)
      yield* taken(w, w.other, authenticate, next)
      yield* refused(w, w.one, tokenUpdate, old)
      yield* taken(w, w.one, tokenUpdate, next)
    }))

  test("a certificate that was a device's once is never another's", () =>
    Effect.gen(function* () {
      const w = yield* world
      const [old, next] = [Devices.identity(), Devices.identity()]
      yield* taken(w, w.one, authenticate, old)
      yield* taken(w, w.one, authenticate, next)
      yield* refused(w, w.other, ofBob(authenticate), old)
      const renewed = yield* Devices.obtain(w.one, Devices.renewal(next))
      yield* refused(w, w.other, ofBob(authenticate), renewed)
      yield* taken(w, w.one, tokenUpdate, renewed)
      yield* refused(w, w.other, ofBob(authenticate), next)
      const again = yield* Devices.obtain(w.one, Devices.renewal(renewed))
      const onceMore = yield* Devices.obtain(w.other, Devices.renewal(again))
      yield* refused(w, w.other, ofBob(authenticate), onceMore)
    }))

  test("a renewed certificate takes over when it is first shown; until then the old one speaks, and not after", () =>
    Effect.gen(function* () {
      const w = yield* world
      const old = Devices.identity()
      yield* taken(w, w.one, authenticate, old)
      const next = yield* Devices.obtain(w.one, Devices.renewal(old, Devices.otherKey))
      yield* taken(w, w.other, tokenUpdate, old)
      yield* refused(w, w.other, ofBob(tokenUpdate), next)
      yield* taken(w, w.other, tokenUpdate, next)
      yield* refused(w, w.one, tokenUpdate, old)
      yield* taken(w, w.one, tokenUpdate, next)
    }))

  test("of renewals whose answers got lost, whichever is shown first takes over", () =>
    Effect.gen(function* () {
      const w = yield* world
      const old = Devices.identity()
      yield* taken(w, w.one, authenticate, old)
      const first = yield* Devices.obtain(w.one, Devices.renewal(old))
      const second = yield* Devices.obtain(w.other, Devices.renewal(old))
      yield* taken(w, w.one, tokenUpdate, second)
      yield* refused(w, w.one, tokenUpdate, first)
    }))

  test("users speak under the pin of their device", () =>
    Effect.gen(function* () {
      const w = yield* world
      const [ada, another] = [Devices.identity(), Devices.identity()]
      yield* taken(w, w.one, authenticate, ada)
      const user = { ...tokenUpdate, UserID: "0E2B", UserShortName: "ada" }
      yield* taken(w, w.other, user, ada)
      yield* taken(w, w.other, Messages.userAuthenticate, ada)
      yield* refused(w, w.other, user, another)
      yield* refused(w, w.other, Messages.userAuthenticate, another)
      yield* refused(w, w.other, user, undefined)
    }))

  test("commands are for the pinned certificate", () =>
    Effect.gen(function* () {
      const w = yield* world
      const [ada, another] = [Devices.identity(), Devices.identity()]
      yield* taken(w, w.one, authenticate, ada)
      const poll = (by: Certificate.KeyedCertificate) => {
        const body = Whitelabel.xml(Messages.idle)
        const headers = { "content-type": Whitelabel.commandType, "mdm-signature": Devices.signature(body, by) }
        return Devices.put(w.other, body, headers)
      }
      const before = heard(w.backend)
      expectProblem(yield* poll(another), 403)
      expect(heard(w.backend)).toBe(before)
      expect((yield* poll(ada)).status).toBe(200)
    }))
}

const replies: Backend.Replies = {
  event: Backend.taken,
  checkin: Backend.json({ _tag: "Idle" }),
  userAuthenticate: Backend.json({ _tag: "Accept" }),
}

const single = Effect.fnUntraced(function* (mode: "required" | "optional", more: Backend.Replies = {}) {
  const backend = yield* Backend.start({ ...replies, ...more })
  const server = yield* Effect.orDie(launch(backend, { identity: { mode } }))
  return { backend, one: server, other: server }
})

describe("one server, identity required", () => rules(it.live, single("required")))
describe("one server, identity optional", () => rules(it.live, single("optional")))

describe("the pin follows the backend's answer", () => {
  it.live.each([
    ["refuses", Backend.json({ _tag: "UnknownDevice" }, 404), 403],
    ["refuses in so many words", Backend.json({ _tag: "ServerInitiatedUnenrollment", message: "" }, 410), 403],
    ["has a fault", Backend.json({ _tag: "InternalServerError" }, 500), 503],
    ["is gone", Backend.hangUp, 503],
  ] as const)("one that %s an Authenticate leaves the device as it was", ([, reply, status]) =>
    Effect.gen(function* () {
      const w = yield* single("required", { event: Backend.inTurn(reply, Backend.taken) })
      const [old, next] = [Devices.identity(), Devices.identity()]
      expect((yield* Devices.say(w.one, authenticate, old)).status).toBe(status)
      yield* refused(w, w.one, tokenUpdate, old)
      // Its certificate is still nobody's.
      yield* taken(w, w.one, ofBob(authenticate), old)
      yield* taken(w, w.one, authenticate, next)
    }),
  )

  it.live("a second one that it refuses does not replace the first", () =>
    Effect.gen(function* () {
      const event = Backend.inTurn(Backend.taken, Backend.json({ _tag: "InternalServerError" }, 500), Backend.taken)
      const w = yield* single("required", { event })
      const [old, next] = [Devices.identity(), Devices.identity()]
      yield* taken(w, w.one, authenticate, old)
      expect((yield* Devices.say(w.one, authenticate, next)).status).toBe(503)
      yield* refused(w, w.one, tokenUpdate, next)
      yield* taken(w, w.one, tokenUpdate, old)
    }),
  )
})

describe("identity optional", () => {
  it.live("a device that never showed one speaks freely; once it has, it must go on", () =>
    Effect.gen(function* () {
      const w = yield* single("optional")
      expect((yield* Devices.put(w.one, Whitelabel.xml(authenticate))).status).toBe(200)
      expect((yield* Devices.put(w.one, Whitelabel.xml(tokenUpdate))).status).toBe(200)
      yield* taken(w, w.one, authenticate, Devices.identity())
      yield* refused(w, w.one, tokenUpdate, undefined)
      yield* refused(w, w.one, authenticate, undefined)
      expect((yield* Devices.put(w.one, Whitelabel.xml(ofBob(tokenUpdate)))).status).toBe(200)
    }),
  )
})

describe("an enrollment of a user", () => {
  it.live("is pinned by its EnrollmentID", () =>
    Effect.gen(function* () {
      const w = yield* single("required")
      const { UDID: _, ...rest } = authenticate
      const [ada, another] = [Devices.identity(), Devices.identity()]
      yield* taken(w, w.one, { ...rest, EnrollmentID: "E-1" }, ada)
      yield* taken(w, w.one, { ...rest, EnrollmentID: "E-2" }, another)
      const { UDID: __, ...update } = tokenUpdate
      yield* refused(w, w.one, { ...update, EnrollmentID: "E-1" }, another)
      yield* taken(w, w.one, { ...update, EnrollmentID: "E-1", EnrollmentUserID: "U-1" }, ada)
    }),
  )
})

describe("a UDID that no store takes", () => {
  it.live("is refused before the backend takes the Authenticate that could not be pinned", () =>
    Effect.gen(function* () {
      const w = yield* single("required")
      const answer = yield* Devices.say(w.one, { ...authenticate, UDID: "A".repeat(256) }, Devices.identity())
      expectProblem(answer, 400)
      expect(heard(w.backend)).toBe(0)
    }),
  )
})

layer(Postgres.layer, { timeout: "20 seconds", excludeTestServices: true })("two servers on one PostgreSQL", (it) =>
  rules(
    it.effect,
    Effect.gen(function* () {
      const { freshSchema } = yield* Postgres.Postgres
      const databaseUrl = yield* freshSchema
      const backend = yield* Backend.start(replies)
      const start = Effect.orDie(launch(backend, { identity: { mode: "required" }, databaseUrl }))
      const [one, other] = yield* Effect.all([start, start], { concurrency: 2 })
      return { backend, one, other }
    }),
  ),
)
