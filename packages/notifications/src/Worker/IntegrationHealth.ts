/**
 * What the results of attempts mean for their integrations: when one is failing, when it has recovered, when it is disabled.
 */
import { Effect } from "effect"
import type { SqlClient, SqlError, Statement } from "effect/sql"
import * as JsonRows from "../Storage/JsonRows.ts"
import type { Outcome } from "./Outcome.ts"

/** An integration is disabled after this long with nothing but failures, in milliseconds. */
const maxFailing = 5 * 24 * 60 * 60 * 1000

/**
 * The result of an attempt, as far as it concerns its integration. `at` is when the attempt began, in Unix milliseconds.
 *
 * @category models
 * @since 0.1.0
 */
export interface HealthSignal {
  readonly integration: string
  readonly at: number
  readonly outcome: Outcome
}

/**
 * Updates the integrations that the results concern. A row is written only when its state changes. Run it in a transaction.
 *
 * @category running
 * @since 0.1.0
 */
export const updateIntegrationHealth = Effect.fnUntraced(function* (
  sql: SqlClient.SqlClient,
  signals: ReadonlyArray<HealthSignal>,
  now: number,
): Effect.fn.Return<void, SqlError.SqlError> {
  const delivered = new Set<string>()
  const gone = new Set<string>()
  const failing = new Map<string, number>()
  for (const { integration, outcome, at } of signals) {
    if (outcome._tag === "Delivered") delivered.add(integration)
    else if (outcome._tag === "Gone") gone.add(integration)
    else failing.set(integration, Math.min(at, failing.get(integration) ?? at))
  }
  for (const id of gone) delivered.delete(id)
  for (const id of [...gone, ...delivered]) failing.delete(id)
  const among = (ids: Iterable<string>) => sql`id IN (SELECT value ->> 0 FROM ${JsonRows.ids(sql, [...ids].sort())})`
  const disable = Effect.fnUntraced(function* (reason: "Gone" | "Failing", which: Statement.Fragment) {
    const disabled = yield* sql<{ readonly id: string }>`UPDATE espalier_integration
      SET enabled = 0, disabled_reason = ${reason}, updated_at = ${now} WHERE enabled = 1 AND ${which} RETURNING id`
    for (const { id } of disabled) yield* Effect.logWarning("integration disabled", { integration: id, reason })
  })

  if (gone.size > 0) yield* disable("Gone", among(gone))
  if (delivered.size > 0) {
    yield* sql`UPDATE espalier_integration SET failing_since = NULL
      WHERE failing_since IS NOT NULL AND ${among(delivered)}`
  }
  if (failing.size > 0) {
    yield* sql`UPDATE espalier_integration SET failing_since = failing.since
      FROM (
        SELECT value ->> 0 AS id, CAST(value ->> 1 AS bigint) AS since
        FROM ${JsonRows.from(sql, [...failing].sort())}
      ) AS failing
      WHERE espalier_integration.id = failing.id AND failing_since IS NULL`
    yield* disable("Failing", sql`failing_since <= ${now - maxFailing} AND ${among(failing.keys())}`)
  }
})
