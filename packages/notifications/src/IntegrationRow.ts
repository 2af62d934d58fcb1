/**
 * An integration as its table holds it.
 */
import { DisabledReason, type Integration, Subscriptions } from "@espalier/schema"
import { Schema } from "effect"

const nullable = Schema.NullOr

const IntegrationRow = Schema.Struct({
  id: Schema.String,
  workspace: Schema.String,
  url: Schema.String,
  events: Schema.fromJsonString(Subscriptions),
  enabled: Schema.Int,
  disabled_reason: nullable(DisabledReason),
  failing_since: nullable(Schema.Int),
  created_at: Schema.Int,
  updated_at: Schema.Int,
})

const decodeRow = Schema.decodeUnknownSync(IntegrationRow)

/**
 * Reads a row. What the tables cannot hold is a defect: somebody else wrote to them.
 *
 * @category conversions
 * @since 0.1.0
 */
export const read = (found: unknown): Integration => {
  const row = decodeRow(found)
  return {
    id: row.id,
    workspace: row.workspace,
    type: "webhook",
    url: row.url,
    events: row.events,
    enabled: row.enabled === 1,
    ...(row.disabled_reason === null ? {} : { disabledReason: row.disabled_reason }),
    ...(row.failing_since === null ? {} : { failingSince: row.failing_since }),
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  }
}
