/**
 * The secrets in the database: where they are, that all of them are sealed, and their rotation.
 *
 * **Details**
 *
 * A secret's context is its table, its row and its purpose, so a sealed secret that is copied to another row does not open. One more sealed
 * text, the probe, is in every database: a process with another key fails at its start although no integration has a secret yet.
 */
import { Sealing } from "@espalier/sql"
import { Effect, Result } from "effect"
import { SqlClient, type SqlError } from "effect/sql"

/**
 * The context of a secret of an integration.
 *
 * @category contexts
 * @since 0.1.0
 */
export const integrationContext = (id: string, purpose: Purpose): string => `integration/${id}/${purpose}`

/**
 * What a sealed text of an integration is.
 *
 * @category contexts
 * @since 0.1.0
 */
export type Purpose = "secret" | "settings"

/** The rows that a statement reads: other writers get their turn in between. */
const size = 200

const probeContext = "probe"
const probeText = "espalier"

/** A secret that does not open. */
interface Damaged {
  readonly integration: string
  readonly purpose: Purpose
}

/** Where sealed texts are. `first` is before every `id`. */
const places = [
  {
    table: "espalier_secret",
    id: "id",
    integration: "integration_id",
    column: "secret",
    purpose: "secret",
    first: 0,
  },
  {
    table: "espalier_integration",
    id: "id",
    integration: "id",
    column: "sealed_settings",
    purpose: "settings",
    first: "",
  },
] as const

interface Row {
  readonly key: string | number
  readonly integration: string
  readonly text: string
}

type Errors = SqlError.SqlError | Sealing.SealingError

/**
 * Seals again what `mustSeal` selects. A row that another process changes meanwhile is left as it is. Fails when a key is missing; returns the
 * damaged secrets.
 */
const walk = Effect.fnUntraced(function* (
  mustSeal: (text: string) => boolean,
  onSealed: (count: number) => Effect.Effect<void>,
): Effect.fn.Return<
  { readonly sealed: number; readonly damaged: ReadonlyArray<Damaged> },
  Errors,
  SqlClient.SqlClient | Sealing.Sealing
> {
  const sql = yield* SqlClient.SqlClient
  const { open, seal } = yield* Sealing.Sealing
  const damaged: Array<Damaged> = []
  let sealed = 0
  for (const { table, id, integration, column, purpose, first } of places) {
    for (let after: string | number = first; ; ) {
      const rows = yield* sql<Row>`SELECT ${sql(id)} AS key, ${sql(integration)} AS integration, ${sql(column)} AS text
        FROM ${sql(table)} WHERE ${sql(id)} > ${after} AND ${sql(column)} IS NOT NULL ORDER BY ${sql(id)} LIMIT ${size}`
      const last = rows.at(-1)
      if (last === undefined) break
      after = last.key
      for (const { key, integration, text } of rows) {
        const context = integrationContext(integration, purpose)
        const opened = open(text, context)
        if (Result.isFailure(opened)) {
          if (opened.failure.reason === "KeyNotFound") return yield* opened.failure
          damaged.push({ integration, purpose })
        } else if (mustSeal(text)) {
          const changed = yield* sql`UPDATE ${sql(table)} SET ${sql(column)} = ${seal(opened.success, context)}
            WHERE ${sql(id)} = ${key} AND ${sql(column)} = ${text} RETURNING ${sql(id)}`
          sealed += changed.length
        }
      }
      yield* onSealed(sealed)
    }
  }
  return { sealed, damaged }
})

const readProbe = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const { open } = yield* Sealing.Sealing
  const [row] = yield* sql<{ readonly sealed: string }>`SELECT sealed FROM espalier_sealing_probe WHERE id = 1`
  if (row !== undefined) yield* Effect.fromResult(open(row.sealed, probeContext))
  return row?.sealed
})

/**
 * What a start does: fails when a secret is sealed with a key that is not configured, and seals the secrets that an older version stored as
 * plain text. A damaged secret is logged; nothing is sent to its integration.
 *
 * @category running
 * @since 0.1.0
 */
export const prepare: Effect.Effect<void, Errors, SqlClient.SqlClient | Sealing.Sealing> = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const { seal } = yield* Sealing.Sealing
  yield* sql`INSERT INTO espalier_sealing_probe (id, sealed) VALUES (1, ${seal(probeText, probeContext)})
    ON CONFLICT (id) DO NOTHING`
  yield* readProbe
  const { sealed, damaged } = yield* walk(Sealing.isPlain, () => Effect.void)
  if (sealed > 0) yield* Effect.logInfo("secrets sealed", { count: sealed })
  for (const one of damaged) yield* Effect.logError("a secret is damaged: rotate the integration's secret", one)
})

/**
 * The result of a rotation: how many secrets were sealed again, and how many are damaged and were left as they are.
 *
 * @category models
 * @since 0.1.0
 */
export interface RotationResult {
  readonly sealed: number
  readonly damaged: number
}

/**
 * Seals every secret with the first key. It may be interrupted and run again: what is already sealed with that key is left alone. `onProgress`
 * receives the number of secrets sealed so far.
 *
 * @category running
 * @since 0.1.0
 */
export const rotate = Effect.fnUntraced(function* (
  onProgress: (sealed: number) => Effect.Effect<void> = () => Effect.void,
): Effect.fn.Return<RotationResult, Errors, SqlClient.SqlClient | Sealing.Sealing> {
  const sql = yield* SqlClient.SqlClient
  const { isCurrent, seal } = yield* Sealing.Sealing
  const { sealed, damaged } = yield* walk((text) => !isCurrent(text), onProgress)
  // Last: as long as a secret needs another key, the probe says so.
  const probe = yield* readProbe
  if (probe === undefined || !isCurrent(probe)) {
    yield* sql`INSERT INTO espalier_sealing_probe (id, sealed) VALUES (1, ${seal(probeText, probeContext)})
      ON CONFLICT (id) DO UPDATE SET sealed = excluded.sealed`
  }
  return { sealed, damaged: damaged.length }
})
