/**
 * The link that signs somebody in to the dashboard: the key stands behind the `#`, which browsers send to nobody.
 */
import { ApiKeys } from "@espalier/api-keys"
import { Effect, Redacted } from "effect"
import { BackendUrl, forPeople, workspace } from "./Workspace.ts"

/**
 * With the key that was given, or a new one.
 *
 * @category links
 */
export const link = Effect.fnUntraced(function* (apiKey: Redacted.Redacted | undefined) {
  const backend = yield* BackendUrl
  const keys = yield* ApiKeys
  const key = apiKey ?? (yield* keys.create({ workspace, note: "the sample's own" })).key
  return `${forPeople(backend)}/dashboard#key=${encodeURIComponent(Redacted.value(key))}`
})
