/**
 * The link that signs in to the dashboard: the key is in the fragment, which browsers do not send.
 */
import { ApiKeys } from "@espalier/api-keys"
import { Effect, Redacted } from "effect"
import { BackendUrl, browserUrl, workspace } from "./Workspace.ts"

/**
 * A link with this key, or with a new one.
 *
 * @category links
 */
export const create = Effect.fnUntraced(function* (apiKey: Redacted.Redacted | undefined) {
  const backend = yield* BackendUrl
  const keys = yield* ApiKeys
  const key = apiKey ?? (yield* keys.create({ workspace, note: "the sample product" })).key
  return `${browserUrl(backend)}/dashboard#key=${encodeURIComponent(Redacted.value(key))}`
})
