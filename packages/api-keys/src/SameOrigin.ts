/**
 * Tells whether a request comes from a page of the same origin. A browser attaches cookies to the requests of any page, so a session must
 * check this.
 *
 * `Sec-Fetch-Site` says it directly and survives a proxy that changes `Host`, but browsers send it only to `https` URLs and to the local
 * machine. `Origin` accompanies every request that changes data, and is compared with `Host`.
 *
 * @see https://www.w3.org/TR/fetch-metadata/#sec-fetch-site-header
 */
import type { HttpServerRequest } from "effect/http"

/**
 * `unknown` when the request has neither header: it does not come from a current browser.
 *
 * @category models
 * @since 0.1.0
 */
export type SameOrigin = "same" | "other" | "unknown"

/**
 * Compares the request's origin. `pageOrigins` are treated as the same origin: the product's own page is served there.
 *
 * @category accessors
 * @since 0.1.0
 */
export const check = (
  { headers }: HttpServerRequest.HttpServerRequest,
  pageOrigins: ReadonlyArray<string>,
): SameOrigin => {
  const site = headers["sec-fetch-site"]
  const { origin, host } = headers
  if (origin !== undefined && pageOrigins.includes(origin)) return "same"
  if (site !== undefined) return site === "same-origin" ? "same" : "other"
  if (origin === undefined) return "unknown"
  return URL.parse(origin)?.host === host ? "same" : "other"
}
