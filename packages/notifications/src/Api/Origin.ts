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
 * @since 0.1.0
 */
export type Origin = "same" | "other" | "unsaid"

/**
 * `pages`: origins that count as the same, because the product's own page is served there.
 *
 * @category accessors
 * @since 0.1.0
 */
export const of = ({ headers }: HttpServerRequest.HttpServerRequest, pages: ReadonlyArray<string>): Origin => {
  const site = headers["sec-fetch-site"]
  const { origin, host } = headers
  if (origin !== undefined && pages.includes(origin)) return "same"
  if (site !== undefined) return site === "same-origin" ? "same" : "other"
  if (origin === undefined) return "unsaid"
  return URL.parse(origin)?.host === host ? "same" : "other"
}
