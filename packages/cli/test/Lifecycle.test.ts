/**
 * End to end: a device enrolls with a link, is managed and unenrolls, over real TLS and with real processes.
 */
import { describe, expect, it, layer } from "@effect/vitest"
import * as Postgres from "@espalier/testing/Postgres"
import { Effect } from "effect"
import { events, steps } from "./lifecycle/Steps.ts"
import * as World from "./lifecycle/World.ts"

/** Runs all steps. A failure prints the logs of the servers. */
const live = Effect.fnUntraced(function* (world: World.World) {
  for (const { name, take } of steps) {
    world.outages.step = name
    yield* Effect.promise(() => world.outages.strike(name))
    yield* Effect.onError(take(world), () =>
      Effect.sync(() => process.stderr.write(`In the step “${name}”:\n${world.logs().join("\n")}`)),
    )
  }
})

const eventsOf = ({ calls }: World.World) => calls.filter(({ path }) => path === "event").map(({ name }) => name)

/** Consecutive repetitions of an event count once. */
const onceEach = (names: ReadonlyArray<string>) => names.filter((name, index) => name !== names[index - 1])

/** A device that requests a profile has no identity yet. */
const withoutIdentity = ["enroll", "enroll", "enroll"]

const failedCalls = ({ calls }: World.World) => calls.filter(({ status }) => status !== 200 && status !== 204)

describe("a device, from its enrollment link to CheckOut", () => {
  it.live(
    "with one server, TLS in the server and a SQLite file",
    () =>
      Effect.gen(function* () {
        const world = yield* World.make({ tls: "own" })
        yield* live(world)
        expect(eventsOf(world)).toEqual(events)
        expect(failedCalls(world)).toEqual([])
        // A request for an asset has no body to sign: TLS identifies the device.
        expect(world.calls.filter(({ identity }) => identity === undefined).map(({ name }) => name)).toEqual(
          withoutIdentity,
        )
        expect(yield* world.stop).toEqual([0])
      }),
    60_000,
  )

  layer(Postgres.layer, { timeout: 60_000, excludeTestServices: true })((it) => {
    it.effect(
      "with two servers and PostgreSQL, alternating between them",
      () =>
        Effect.gen(function* () {
          const databaseUrl = yield* (yield* Postgres.Postgres).freshSchema
          const world = yield* World.make({ tls: "own", servers: 2, databaseUrl })
          yield* live(world)
          expect(eventsOf(world)).toEqual(events)
          expect(failedCalls(world)).toEqual([])
          const answered = world.logs().map((log) => log.match(/ → 200/g)?.length ?? 0)
          expect(yield* world.stop).toEqual([0, 0])
          expect(Math.abs((answered[0] ?? 0) - (answered[1] ?? 0))).toBeLessThan(6)
        }),
      60_000,
    )
  })
})

/** Before each step, before a request reaches the server, and before a call reaches the backend. */
const beforeBackend = [
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

/** After the backend or the server has processed something, before the response arrives. */
const unanswered = [
  "enroll: answered enroll",
  "enroll: answered PKIOperation",
  "enroll: received device Authenticate",
  "enroll: answered Authenticate",
  "enroll: received device TokenUpdate",
  "bootstrap token: received bootstrap-token",
  "log in: received user-authenticate",
  "log in: received user TokenUpdate",
  "command: received checkin",
  "command: received device CommandResult Acknowledged",
  "user's command: received user CommandResult Acknowledged",
  "lock: received device CommandResult NotNow",
  "declare: received checkin",
  "declare: received declaration-tokens",
  "declare: received declaration-items",
  "declare: received declaration",
  "declare: received asset",
  "declare: received device DeclarationStatus",
  "renew: answered PKIOperation",
  "renew: answered Idle",
  "check out: received device CheckOut",
  "enroll again: answered PKIOperation",
  "enroll again: answered Authenticate",
]

describe.concurrent("a server that is killed and restarted loses nothing", () => {
  const rounds = [
    ["before the backend receives a call", beforeBackend],
    ["before the device receives the response", unanswered],
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
          expect(onceEach(eventsOf(world))).toEqual(onceEach(events))
          expect(failedCalls(world)).toEqual([])
          expect(world.authority()).toBe(before)
        }),
      120_000,
    )
  }
})
