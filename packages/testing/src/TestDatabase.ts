/**
 * What a contract test runs over: a new database, in SQLite's memory or in PostgreSQL.
 *
 * Connections live in real time, whatever a test does to its clock: keeping them alive over years in a moment would take years.
 */
import { Database, type DatabaseError } from "@espalier/sql"
import { Effect, Layer, Redacted } from "effect"
import { Reactivity } from "effect/reactivity"
import { SqlClient } from "effect/sql"
import { TestClock } from "effect/testing"
import * as Server from "./Postgres.ts"

/** The PostgreSQL of a test file. */
export const server: Layer.Layer<Server.Postgres> = Layer.effectContext(TestClock.withLive(Layer.build(Server.layer)))

export type TestDatabase<R> = Layer.Layer<SqlClient.SqlClient, DatabaseError, R>

const opened = (url: Redacted.Redacted) =>
  Layer.effect(SqlClient.SqlClient, TestClock.withLive(Database.make({ url }))).pipe(Layer.provide(Reactivity.layer))

export const memory: TestDatabase<never> = opened(Redacted.make("sqlite::memory:"))

export const postgres: TestDatabase<Server.Postgres> = Layer.unwrap(
  Effect.map(
    Effect.flatMap(Server.Postgres, (server) => server.freshSchema),
    opened,
  ),
)
