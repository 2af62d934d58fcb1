/**
 * A device's status, put together from its reports. A report holds what changed since the last one, unless it says `FullReport`.
 */
import type { StatusReport } from "@espalier/schema"
import { Predicate, type Schema } from "effect"

/**
 * The status after `report`. Objects are merged key by key, everything else is replaced; errors are the last report's.
 *
 * @category merging
 */
export const merge = (status: StatusReport | undefined, report: StatusReport): StatusReport =>
  status === undefined || report.FullReport === true
    ? report
    : { ...report, StatusItems: mergeObjects(status.StatusItems ?? {}, report.StatusItems ?? {}) }

type JsonObject = { readonly [key: string]: Schema.Json }

/** Goes by entries, so that a key such as `__proto__` is a key like any other. */
const mergeObjects = (old: JsonObject, changed: JsonObject): JsonObject => {
  const merged = new Map(Object.entries(old))
  for (const [key, value] of Object.entries(changed)) {
    const before = merged.get(key)
    merged.set(key, isObject(before) && isObject(value) ? mergeObjects(before, value) : value)
  }
  return Object.fromEntries(merged)
}

const isObject = (json: Schema.Json | undefined): json is JsonObject => Predicate.isObject(json)
