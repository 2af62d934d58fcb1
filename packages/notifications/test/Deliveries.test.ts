/**
 * What is said about deliveries: pages of them, one, how many in which state, and how they fare, over SQLite and PostgreSQL alike.
 */
import { describe, expect, it, layer, type Vitest } from "@effect/vitest"
import { SubscriptionName } from "@espalier/schema"
import * as DeliveryRows from "@espalier/testing/DeliveryRows"
import { fc } from "@espalier/testing/Property"
import { memory, postgres, server, type TestDatabase } from "@espalier/testing/TestDatabase"
import { Effect, Layer } from "effect"
import { SqlClient } from "effect/sql"
import { TestClock } from "effect/testing"
import { Deliveries, DeliveryState, migrate } from "../src/index.ts"
import * as Wakeup from "../src/Worker/Wakeup.ts"

const services = Deliveries.layer.pipe(Layer.provide(Wakeup.layer), Layer.provide(Layer.effectDiscard(migrate)))

const integrations = ["int_1", "int_2", "int_3"]
const state = fc.constantFrom(...DeliveryState.literals)
const integration = fc.constantFrom(...integrations)
const name = fc.constantFrom(...SubscriptionName.literals)
/** Few enough that many deliveries share one. */
const time = fc.integer({ min: 0, max: 9 })

/** A filter that leaves out some of its members. */
const filter = fc
  .record({ state, integration, name, since: time, until: fc.integer({ min: 1, max: 10 }) }, { requiredKeys: [] })
  .filter(({ since, until }) => since === undefined || until === undefined || since < until)

const row = fc.record({ at: time, state, integration, name })
type Row = DeliveryRows.Row & { readonly id: number }

const isWanted =
  (wanted: typeof filter extends fc.Arbitrary<infer Filter> ? Filter : never) =>
  ({ at, state, integration, name }: Row): boolean =>
    (wanted.state ?? state) === state &&
    (wanted.integration ?? integration) === integration &&
    (wanted.name ?? name) === name &&
    (wanted.since ?? at) <= at &&
    (wanted.until ?? at + 1) > at

const newestFirst = (one: Row, other: Row): number => other.at - one.at || other.id - one.id

const hostile = [
  ["nothing", ""],
  ["one number", "1"],
  ["three", "1.2.3"],
  ["a fraction of what it was", "1."],
  ["a negative one", "-1.2"],
  ["a space", " 1.2"],
  ["a line's end", "1.2\n"],
  ["NUL", "1.2\0"],
  ["an exponent", "1e3.2"],
  ["more than a number holds", "9007199254740993.1"],
  ["more than anything holds", `${"9".repeat(100_000)}.1`],
  ["SQL", "1.2) OR (1=1"],
] as const

const contract = <R>(it: Vitest.MethodsNonLive<R>, database: TestDatabase<R>): void => {
  const test = <E>(
    name: string,
    body: (deliveries: Deliveries["Service"]) => Effect.Effect<void, E, SqlClient.SqlClient>,
  ) =>
    it.effect(name, () => Effect.flatMap(Deliveries, body).pipe(Effect.provide(Layer.provideMerge(services, database))))

  test("pages contain each delivery once, newest first, whatever is published meanwhile", ({ list }) =>
    Effect.gen(function* () {
      const context = yield* Effect.context<SqlClient.SqlClient>()
      let runs = 0
      const holds = Effect.fnUntraced(function* (
        rows: ReadonlyArray<DeliveryRows.Row>,
        wanted: Parameters<typeof isWanted>[0],
        limit: number,
      ) {
        const workspace = `w${++runs}`
        yield* DeliveryRows.insert("other", rows.slice(0, 2))
        const inserted = yield* DeliveryRows.insert(workspace, rows)
        const all = rows.map((row, index) => ({ ...row, id: inserted[index]?.id ?? 0 }))
        const expected = all.filter(isWanted(wanted)).sort(newestFirst)
        const found: Array<number> = []
        for (let cursor: string | undefined; ; ) {
          const page = yield* list(workspace, { ...wanted, limit, ...(cursor === undefined ? {} : { cursor }) })
          found.push(...page.deliveries.map(({ id }) => id))
          cursor = page.next
          if (cursor === undefined) break
          expect(page.deliveries.length).toBe(limit)
          yield* DeliveryRows.insert(
            workspace,
            rows.slice(0, 1).map((row) => ({ ...row, at: 1000 })),
          )
        }
        expect(found).toEqual(expected.map(({ id }) => id))
      })
      yield* Effect.promise(() =>
        fc.assert(
          fc.asyncProperty(
            fc.array(row, { maxLength: 20 }),
            filter,
            fc.integer({ min: 1, max: 5 }),
            (rows, wanted, limit) => Effect.runPromiseWith(context)(holds(rows, wanted, limit)),
          ),
          { numRuns: 60 },
        ),
      )
    }))

  test("a page has 50 deliveries by default and 200 at most", ({ list }) =>
    Effect.gen(function* () {
      yield* DeliveryRows.insertMany("a", 250)
      const lengths = yield* Effect.forEach([undefined, 1, 200, 1000, 0, -1], (limit) =>
        Effect.map(list("a", limit === undefined ? {} : { limit }), ({ deliveries }) => deliveries.length),
      )
      expect(lengths).toEqual([50, 1, 200, 200, 1, 1])
      const { next } = yield* list("a", { limit: 200 })
      expect(yield* list("a", { limit: 50, cursor: next })).toEqual({
        deliveries: expect.objectContaining({ length: 50 }),
      })
    }))

  test("finds one delivery among thousands, on the last page", ({ list }) =>
    Effect.gen(function* () {
      const [oldest] = yield* DeliveryRows.insert("a", [
        { at: 0, state: "pending", integration: "int_2", name: "inventory_item" },
      ])
      yield* DeliveryRows.insertMany("a", 4500)
      for (const wanted of [
        { state: "pending" },
        { integration: "int_2" },
        { name: "inventory_item" },
        { event: oldest?.event },
        { until: 1 },
      ] as const) {
        expect(yield* list("a", { ...wanted, limit: 1 })).toEqual({
          deliveries: [expect.objectContaining({ id: oldest?.id })],
        })
      }
      expect(yield* list("a", { state: "dead" })).toEqual({ deliveries: [] })
      expect(yield* list("b", { event: oldest?.event })).toEqual({ deliveries: [] })
      expect(yield* list("a", { event: oldest?.event, state: "dead" })).toEqual({ deliveries: [] })
    }))

  test("misses no delivery between two batches", ({ list }) =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      yield* DeliveryRows.insertMany("a", 4500)
      // The stretches from the newest on end with 2501 and 501.
      const times = [2502, 2501, 2500, 502, 501, 500, 1]
      yield* sql`UPDATE espalier_delivery SET state = 'pending' WHERE ${sql.in("created_at", times)}`
      const { deliveries } = yield* list("a", { state: "pending" })
      expect(deliveries.map(({ createdAt }) => createdAt)).toEqual(times)
    }))

  test("rejects an invalid cursor", ({ list }) =>
    Effect.gen(function* () {
      yield* DeliveryRows.insertMany("a", 3)
      for (const [what, cursor] of hostile) {
        expect((yield* Effect.flip(list("a", { cursor })))._tag, what).toBe("InvalidCursor")
      }
      // One that might have been a page's gives nothing that is not the workspace's.
      expect((yield* list("a", { cursor: "9007199254740991.9007199254740991" })).deliveries.length).toBe(3)
      expect(yield* list("b", { cursor: "9007199254740991.9007199254740991" })).toEqual({ deliveries: [] })
      expect(yield* list("a", { cursor: "0.0" })).toEqual({ deliveries: [] })
      // Nor what the filter leaves out.
      expect((yield* list("a", { cursor: "3.999999", until: 2 })).deliveries.map(({ createdAt }) => createdAt)).toEqual(
        [1],
      )
    }))

  test("rejects an invalid time range", ({ list, statistics, replay }) =>
    Effect.gen(function* () {
      const ranges = [
        { since: 5, until: 5 },
        { since: 5, until: 4 },
        { since: 0.5, until: 4 },
        { since: 0, until: Number.POSITIVE_INFINITY },
        { since: Number.NaN, until: 4 },
        { since: 0, until: 1e300 },
      ]
      for (const range of ranges) {
        for (const call of [
          Effect.flip(list("a", range)),
          Effect.flip(replay("a", range)),
          Effect.flip(statistics("a", { ...range, step: 1 })),
        ]) {
          expect((yield* call)._tag, JSON.stringify(range)).toBe("InvalidTimeRange")
        }
      }
      for (const step of [0, -1, 0.5, Number.NaN, 1, 9]) {
        expect((yield* Effect.flip(statistics("a", { since: 0, until: 10_000, step })))._tag).toBe("InvalidTimeRange")
      }
      expect((yield* statistics("a", { since: 0, until: 10_000, step: 10 })).length).toBe(1000)
    }))

  test("returns a delivery with its body, URL and attempts, to its workspace only", ({ get, attempts }) =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const [one] = yield* DeliveryRows.insert("a", [
        { at: 7, state: "dead", integration: "int_1", name: "inventory_item" },
      ])
      const { id = 0, event = "" } = one ?? {}
      // Its integration is being deleted.
      expect((yield* Effect.flip(get("a", id)))._tag).toBe("DeliveryNotFound")
      yield* addIntegration(sql, "a", "int_1", {})
      expect(yield* get("a", id)).toEqual({
        ...{ id, event, name: "inventory_item", integration: "int_1", state: "dead", attempts: 1 },
        ...{ createdAt: 7, dueAt: 7, updatedAt: 7, url: "https://int_1.example.com/" },
        ...{ test: false, lastStatus: null, lastError: null },
        body: expect.stringMatching(/^{"n":\d+}$/),
      })
      expect(yield* attempts("a", id)).toEqual([])
      for (const call of [
        Effect.flip(get("b", id)),
        Effect.flip(get("a", id + 1)),
        Effect.flip(get("a", Number.MAX_SAFE_INTEGER)),
        Effect.flip(attempts("b", id)),
      ]) {
        expect((yield* call)._tag).toBe("DeliveryNotFound")
      }
    }))

  test("counts each delivery by the time of publishing and its present state", ({ statistics }) =>
    Effect.gen(function* () {
      const rest = { integration: "int_1", name: "inventory_item" } as const
      yield* DeliveryRows.insert("a", [
        { ...rest, at: 999, state: "dead" },
        { ...rest, at: 1000, state: "dead" },
        { ...rest, at: 1099, state: "delivered" },
        { ...rest, at: 1099, state: "delivered" },
        { ...rest, at: 1300, state: "pending" },
        { ...rest, at: 1349, state: "dead" },
        { ...rest, at: 1350, state: "dead" },
      ])
      expect(yield* statistics("a", { since: 1000, until: 1350, step: 100 })).toEqual([
        { at: 1000, delivered: 2, dead: 1, pending: 0 },
        { at: 1100, delivered: 0, dead: 0, pending: 0 },
        { at: 1200, delivered: 0, dead: 0, pending: 0 },
        { at: 1300, delivered: 0, dead: 1, pending: 1 },
      ])
      expect(yield* statistics("b", { since: -10, until: 1, step: 100 })).toEqual([
        { at: -10, delivered: 0, dead: 0, pending: 0 },
      ])
    }))

  test("counts thousands of deliveries", ({ statistics }) =>
    Effect.gen(function* () {
      yield* DeliveryRows.insertMany("a", 4500)
      const counts = yield* statistics("a", { since: 1, until: 4501, step: 7 })
      expect(counts.length).toBe(643)
      expect(new Set(counts.slice(0, -1).map(({ delivered }) => delivered))).toEqual(new Set([7]))
      expect(counts.at(-1)).toEqual({ at: 1 + 642 * 7, delivered: 6, dead: 0, pending: 0 })
    }))

  test("reports pending and dead deliveries, and failing and disabled integrations", ({ health }) =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const none = { pending: 0, dead: 0, oldestDueAt: null, disabledIntegrations: 0, failingIntegrations: 0 }
      expect(yield* health("a")).toEqual(none)
      yield* addIntegration(sql, "a", "well", {})
      yield* addIntegration(sql, "a", "failing", { failing_since: 1 })
      yield* addIntegration(sql, "a", "disabled", { enabled: 0, failing_since: 1, disabled_reason: "Failing" })
      yield* addIntegration(sql, "b", "other", { enabled: 0 })
      const name = "inventory_item"
      yield* DeliveryRows.insert("a", [
        { at: 100, state: "pending", integration: "disabled", name },
        { at: 200, state: "delivered", integration: "well", name },
        { at: 300, state: "pending", integration: "failing", name },
        { at: 400, state: "pending", integration: "well", name },
        { at: 500, state: "dead", integration: "well", name },
      ])
      yield* DeliveryRows.insert("b", [{ at: 100, state: "dead", integration: "other", name }])
      const figures = { pending: 3, dead: 1, disabledIntegrations: 1, failingIntegrations: 1 }
      yield* TestClock.setTime(299)
      expect(yield* health("a")).toEqual({ ...figures, oldestDueAt: null })
      yield* TestClock.setTime(1000)
      expect(yield* health("a")).toEqual({ ...figures, oldestDueAt: 300 })
      expect(yield* health("b")).toEqual({ ...none, dead: 1, disabledIntegrations: 1 })
    }))
}

const addIntegration = (
  sql: SqlClient.SqlClient,
  workspace: string,
  id: string,
  columns: { readonly [name: string]: string | number },
) =>
  sql`INSERT INTO espalier_integration ${sql.insert({
    ...{ id, workspace, url: `https://${id}.example.com/`, enabled: 1 },
    ...{ created_at: 0, updated_at: 0 },
    ...columns,
  })}`

describe("SQLite", () => contract(it, memory))
layer(server)("PostgreSQL", (it) => contract(it, postgres))
