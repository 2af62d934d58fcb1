/**
 * What the results of attempts mean for their integrations: when one is failing, when it has recovered, when it is disabled.
 */
import { Effect } from "effect"
import type { SqlClient, SqlError, Statement } from "effect/sql"
import * as JsonRows from "../Storage/JsonRows.ts"
import { randomPart } from "../Storage/RandomPart.ts"
import type { Outcome } from "./Outcome.ts"

const hour = 60 * 60 * 1000

/** An integration is disabled after this long with nothing but failures. */
const maxFailing = 5 * 24 * hour

/**
 * After this long without a failure the earlier ones are forgotten: without an attempt there was no success, but no failure either. It is longer
 * than the longest delay between two attempts.
 */
const maxGap = 48 * hour

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
  readonly test: boolean
}

/** The waiting deliveries that a pause spreads over a tenth of its time. Those behind them follow at the rate of the integration. */
const maxSpread = 1000

/** Holds all deliveries of an integration back until `until`. */
const pause = Effect.fnUntraced(function* (
  sql: SqlClient.SqlClient,
  integration: string,
  { now, until }: { readonly now: number; readonly until: number },
) {
  const paused = yield* sql`UPDATE espalier_integration SET paused_until = ${until}
    WHERE id = ${integration} AND (paused_until IS NULL OR paused_until < ${until}) RETURNING id`
  if (paused.length === 0) return
  const jitter = randomPart(sql, sql.literal(String(Math.ceil((until - now) / 10))))
  yield* sql`UPDATE espalier_delivery SET due_at = ${until} + ${jitter} WHERE id IN (
    SELECT id FROM espalier_delivery
    WHERE integration_id = ${integration} AND state = 'pending' AND due_at < ${until} AND worker IS NULL
    ORDER BY due_at LIMIT ${maxSpread}
  )`
})

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
  const dead = new Set<string>()
  const pauses = new Map<string, number>()
  for (const { integration, outcome, at, test } of signals) {
    if (test) continue
    if (outcome._tag === "Delivered") delivered.add(integration)
    else if (outcome._tag === "Gone") gone.add(integration)
    else {
      failing.set(integration, Math.min(at, failing.get(integration) ?? at))
      if (outcome._tag === "Dead") dead.add(integration)
      if (outcome.pause !== undefined) {
        pauses.set(integration, Math.max(now + outcome.pause, pauses.get(integration) ?? 0))
      }
    }
  }
  for (const id of gone) delivered.delete(id)
  for (const id of [...gone, ...delivered]) {
    failing.delete(id)
    dead.delete(id)
  }
  const among = (ids: Iterable<string>) => sql`id IN (SELECT value ->> 0 FROM ${JsonRows.ids(sql, [...ids].sort())})`
  const disable = Effect.fnUntraced(function* (reason: "Gone" | "Failing", which: Statement.Fragment) {
    const disabled = yield* sql<{ readonly id: string }>`UPDATE espalier_integration
      SET enabled = 0, disabled_reason = ${reason}, updated_at = ${now} WHERE enabled = 1 AND ${which} RETURNING id`
    for (const { id } of disabled) yield* Effect.logWarning("integration disabled", { integration: id, reason })
  })

  if (gone.size > 0) yield* disable("Gone", among(gone))
  if (delivered.size > 0) {
    yield* sql`UPDATE espalier_integration SET failing_since = NULL, last_failure_at = NULL
      WHERE failing_since IS NOT NULL AND ${among(delivered)}`
  }
  if (failing.size > 0) {
    yield* sql`UPDATE espalier_integration SET last_failure_at = failing.since,
        failing_since = CASE WHEN failing_since IS NULL OR last_failure_at < failing.since - ${maxGap}
          THEN failing.since ELSE failing_since END
      FROM (
        SELECT value ->> 0 AS id, CAST(value ->> 1 AS bigint) AS since
        FROM ${JsonRows.from(sql, [...failing].sort())}
      ) AS failing
      WHERE espalier_integration.id = failing.id
        AND (failing_since IS NULL OR last_failure_at IS NULL OR last_failure_at < failing.since - ${hour})`
  }
  // A failure with attempts left disables nothing: the next one may succeed.
  if (dead.size > 0) yield* disable("Failing", sql`failing_since <= ${now - maxFailing} AND ${among(dead)}`)
  for (const [integration, until] of [...pauses].sort()) yield* pause(sql, integration, { now, until })
})
