/**
 * Where in a browser a request comes from: a cookie goes along with it whichever page asked, so that page counts.
 *
 * `Sec-Fetch-Site` says it, and a proxy that changes `Host` does no harm to it; but browsers send it to `https` and this machine only.
 * `Origin` goes along with every request that changes something, and is compared with `Host`.
 *
 * @see https://www.w3.org/TR/fetch-metadata/#sec-fetch-site-header
 */
import type { HttpServerRequest } from "effect/http"

/**
 * `unsaid` when neither header is there: no browser of the last years.
 *
 * @category models
 */
export type Origin = "same" | "other" | "unsaid"

/**
 * @category accessors
 */
export const of = ({ headers }: HttpServerRequest.HttpServerRequest): Origin => {
  const site = headers["sec-fetch-site"]
  if (site !== undefined) return site === "same-origin" ? "same" : "other"
  const { origin, host } = headers
  if (origin === undefined) return "unsaid"
  return URL.parse(origin)?.host === host ? "same" : "other"
}
