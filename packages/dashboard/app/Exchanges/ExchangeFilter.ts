/**
 * The filter of the live traffic, as it is in the address.
 */
import { Option, Schema } from "effect"
import type { ExchangeGroup } from "./ExchangeGroups.ts"

const Search = Schema.Struct({
  device: Schema.optionalKey(Schema.NonEmptyString),
  message: Schema.optionalKey(Schema.NonEmptyString),
  errors: Schema.optionalKey(Schema.Literal("only")),
  idle: Schema.optionalKey(Schema.Literal("hide")),
})
export type ExchangeFilter = typeof Search.Type

const decode = Schema.decodeUnknownOption(Search)

/** An invalid address filters nothing. */
export const filterOf = (search: string): ExchangeFilter =>
  Option.getOrElse(decode(Object.fromEntries(new URLSearchParams(search))), (): ExchangeFilter => ({}))

export const searchOf = (filter: ExchangeFilter): string => new URLSearchParams(filter).toString()

export const matches =
  ({ device, message, errors, idle }: ExchangeFilter) =>
  (group: ExchangeGroup): boolean =>
    (device === undefined || group.first.udid === device) &&
    (message === undefined || group.steps.join(" ").toLowerCase().includes(message.toLowerCase())) &&
    (errors === undefined || group.failed) &&
    (idle === undefined || !group.idle)
