/**
 * The base URL of a backend: `https://backend.example.com/tenant-a/` — scheme, host and a path that the webhooks' paths
 * are put behind, with or without a trailing slash.
 *
 * Query, fragment and credentials are refused instead of dropped: whoever writes them means something by them. Why is said
 * without the URL's text, since that may hold a password.
 */
import { Result } from "effect"

/**
 * @category models
 * @since 0.1.0
 */
export interface BaseUrl {
  /** What a webhook's path is put behind: no trailing slash. */
  readonly prefix: string
  /** Host and, where it is not the scheme's own, port. */
  readonly host: string
}

/**
 * Reads a base URL, or says what is wrong with it.
 *
 * @category constructors
 * @since 0.1.0
 */
export const parse = (text: string): Result.Result<BaseUrl, string> => {
  if (!URL.canParse(text)) return Result.fail("is not an absolute URL such as https://backend.example.com")
  const url = new URL(text)
  if (url.protocol !== "https:" && url.protocol !== "http:") return Result.fail("starts with neither https: nor http:")
  if (url.username !== "" || url.password !== "")
    return Result.fail("holds credentials: sign the webhooks with a secret instead")
  if (text.includes("?")) return Result.fail("has a query: webhook paths are put behind it")
  if (text.includes("#")) return Result.fail("has a fragment: webhook paths are put behind it")
  return Result.succeed({ prefix: url.origin + url.pathname.replace(/\/+$/, ""), host: url.host })
}
