/**
 * The filter of the delivery list, as it is in the address.
 */

import { DeliveryState } from "@espalier/notifications/api"
import { SubscriptionName } from "@espalier/schema"
import { Option, Schema } from "effect"

/** Time ranges that end now, in milliseconds, each with the step of its chart. */
export const ranges = {
  "1h": { label: "Last hour", span: 3_600_000, step: 60_000 },
  "24h": { label: "Last 24 hours", span: 86_400_000, step: 1_800_000 },
  "7d": { label: "Last 7 days", span: 604_800_000, step: 10_800_000 },
  "30d": { label: "Last 30 days", span: 2_592_000_000, step: 43_200_000 },
} as const

export const rangeNames = ["1h", "24h", "7d", "30d"] as const
export type RangeName = (typeof rangeNames)[number]

/** With `since` and `until` (Unix milliseconds), `range` has no effect. */
const Search = Schema.Struct({
  state: Schema.optionalKey(DeliveryState),
  integration: Schema.optionalKey(Schema.NonEmptyString),
  name: Schema.optionalKey(SubscriptionName),
  event: Schema.optionalKey(Schema.NonEmptyString),
  range: Schema.optionalKey(Schema.Literals(rangeNames)),
  since: Schema.optionalKey(Schema.FiniteFromString.check(Schema.isInt())),
  until: Schema.optionalKey(Schema.FiniteFromString.check(Schema.isInt())),
})
export type Filter = typeof Search.Type

const decode = Schema.decodeUnknownOption(Search)
const encode = Schema.encodeSync(Search)

/** An invalid address filters nothing. */
export const filterOf = (search: string): Filter =>
  Option.getOrElse(decode(Object.fromEntries(new URLSearchParams(search))), (): Filter => ({}))

export const searchOf = (filter: Filter): string => new URLSearchParams(encode(filter)).toString()

export const isCustom = ({ since, until }: Filter): boolean => since !== undefined || until !== undefined

export const defaultRange: RangeName = "24h"

/** The time range in Unix milliseconds, evaluated now, and the step of its chart. */
export const windowOf = (filter: Filter): { readonly since: number; readonly until: number; readonly step: number } => {
  const now = Date.now()
  if (!isCustom(filter)) {
    const { span, step } = ranges[filter.range ?? defaultRange]
    const until = Math.ceil((now + 1) / step) * step
    return { since: until - span, until, step }
  }
  const until = filter.until ?? now
  const since = filter.since ?? until - ranges["30d"].span
  return { since, until, step: Math.max(1000, Math.ceil((until - since) / 60)) }
}

/** The list's query: its range starts where it started when it was selected, and stays open at the end. */
export const queryOf = (filter: Filter) => {
  const { range: _range, ...rest } = filter
  return isCustom(filter) ? rest : { ...rest, since: windowOf(filter).since }
}
