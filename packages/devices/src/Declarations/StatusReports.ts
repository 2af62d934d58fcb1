/**
 * A channel's status, merged from its reports. A report holds the changes since the last one, unless `FullReport` is true.
 */
import type { StatusReport } from "@espalier/schema"
import { Predicate, type Schema } from "effect"

/**
 * The status after `report`. Objects are merged key by key, everything else is replaced; errors are the last report's.
 *
 * @category merging
 * @since 0.1.0
 */
export const merge = (status: StatusReport | undefined, report: StatusReport): StatusReport =>
  status === undefined || report.FullReport === true
    ? report
    : { ...report, StatusItems: mergeObjects(status.StatusItems ?? {}, report.StatusItems ?? {}) }

type JsonObject = { readonly [key: string]: Schema.Json }

/** By entries, so that a key such as `__proto__` is a key like any other. */
const mergeObjects = (old: JsonObject, changed: JsonObject): JsonObject => {
  const merged = new Map(Object.entries(old))
  for (const [key, value] of Object.entries(changed)) {
    const before = merged.get(key)
    merged.set(key, isObject(before) && isObject(value) ? mergeObjects(before, value) : value)
  }
  return Object.fromEntries(merged)
}

const isObject = (json: Schema.Json | undefined): json is JsonObject => Predicate.isObject(json)
