/**
 * All of it together: a device enrolls by a link, lives under management and leaves, over real TLS, with real processes.
 */
import { describe, expect, it, layer } from "@effect/vitest"
import * as Postgres from "@espalier/testing/Postgres"
import { Effect } from "effect"
import { events, steps } from "./conversation/Steps.ts"
import * as World from "./conversation/World.ts"

/** Every step in its turn; what went wrong in one comes with the servers' logs. */
const live = Effect.fnUntraced(function* (world: World.World) {
  for (const { name, take } of steps) {
    world.outages.step = name
    yield* Effect.promise(() => world.outages.strike(name))
    yield* Effect.onError(take(world), () =>
      Effect.sync(() => process.stderr.write(`In the step “${name}”:\n${world.logs().join("\n")}`)),
    )
  }
})

const eventsHeard = ({ heard }: World.World) => heard.filter(({ path }) => path === "event").map(({ name }) => name)

/** Of the same event several times running, one. */
const onceEach = (names: ReadonlyArray<string>) => names.filter((name, index) => name !== names[index - 1])

/** Nobody has an identity yet when it asks for a profile. */
const unproven = ["enroll", "enroll", "enroll"]

const refusedWebhooks = ({ heard }: World.World) => heard.filter(({ status }) => status !== 200 && status !== 204)

describe("a device from its link to CheckOut", () => {
  it.live(
    "with one server, TLS of its own and a SQLite file",
    () =>
      Effect.gen(function* () {
        const world = yield* World.make({ tls: "own" })
        yield* live(world)
        expect(eventsHeard(world)).toEqual(events)
        expect(refusedWebhooks(world)).toEqual([])
        // A request for an asset has nothing to sign: the connection says whose it is.
        expect(world.heard.filter(({ identity }) => identity === undefined).map(({ name }) => name)).toEqual(unproven)
        expect(yield* world.stop).toEqual([0])
      }),
    60_000,
  )

  layer(Postgres.layer, { timeout: 60_000, excludeTestServices: true })((it) => {
    it.effect(
      "with two servers and PostgreSQL, each second request for the other",
      () =>
        Effect.gen(function* () {
          const databaseUrl = yield* (yield* Postgres.Postgres).freshSchema
          const world = yield* World.make({ tls: "own", servers: 2, databaseUrl })
          yield* live(world)
          expect(eventsHeard(world)).toEqual(events)
          expect(refusedWebhooks(world)).toEqual([])
          const answered = world.logs().map((log) => log.match(/ → 200/g)?.length ?? 0)
          expect(yield* world.stop).toEqual([0, 0])
          expect(Math.abs((answered[0] ?? 0) - (answered[1] ?? 0))).toBeLessThan(6)
        }),
      60_000,
    )
  })
})

/** Before every step, and when nobody but the server has heard of a request, or not even the server. */
const unheard = [
  ...steps.map(({ name }) => name),
  "enroll: before enroll",
  "enroll: before GetCACaps",
  "enroll: before GetCACert",
  "enroll: before PKIOperation",
  "enroll: calling device Authenticate",
  "enroll: calling device TokenUpdate",
  "bootstrap token: calling bootstrap-token",
  "bootstrap token: before GetBootstrapToken",
  "log in: before UserAuthenticate",
  "log in: calling user TokenUpdate",
  "command: before push",
  "command: calling checkin",
  "command: calling device CommandResult Acknowledged",
  "user's command: calling user CommandResult Acknowledged",
  "lock: calling device CommandResult NotNow",
  "declare: before DeclarativeManagement tokens",
  "declare: before DeclarativeManagement declaration-items",
  "declare: before DeclarativeManagement declaration",
  "declare: before assets",
  "declare: calling device DeclarationStatus",
  "renew: before PKIOperation",
  "renew: before Idle",
  "check out: calling device CheckOut",
]

/** When something has happened and the device does not know: in the backend, of which the server has no word yet, or in the server too. */
const unanswered = [
  "enroll: answered enroll",
  "enroll: answered PKIOperation",
  "enroll: heard device Authenticate",
  "enroll: answered Authenticate",
  "enroll: heard device TokenUpdate",
  "bootstrap token: heard bootstrap-token",
  "log in: heard user-authenticate",
  "log in: heard user TokenUpdate",
  "command: heard checkin",
  "command: heard device CommandResult Acknowledged",
  "user's command: heard user CommandResult Acknowledged",
  "lock: heard device CommandResult NotNow",
  "declare: heard checkin",
  "declare: heard declaration-tokens",
  "declare: heard declaration-items",
  "declare: heard declaration",
  "declare: heard asset",
  "declare: heard device DeclarationStatus",
  "renew: answered PKIOperation",
  "renew: answered Idle",
  "check out: heard device CheckOut",
  "come back: answered PKIOperation",
  "come back: answered Authenticate",
]

describe.concurrent("a server that is killed and started again loses nothing", () => {
  const rounds = [
    ["before the backend has heard", unheard],
    ["before the device has its answer", unanswered],
  ] as const
  for (const [name, outages] of rounds) {
    it.live(
      name,
      () =>
        Effect.gen(function* () {
          const world = yield* World.make({ tls: "proxy", outages })
          const before = world.authority()
          yield* live(world)
          expect([...world.outages.struck].sort()).toEqual([...outages].sort())
          expect(onceEach(eventsHeard(world))).toEqual(onceEach(events))
          expect(refusedWebhooks(world)).toEqual([])
          expect(world.authority()).toBe(before)
        }),
      120_000,
    )
  }
})
