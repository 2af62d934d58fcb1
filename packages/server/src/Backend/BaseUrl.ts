/**
 * The base URL of a backend, `https://backend.example.com/tenant-a/`: a scheme, a host and a path. The webhooks' paths are appended to it, with or
 * without a trailing slash.
 *
 * A query, a fragment and credentials are rejected, not ignored. The error does not contain the URL, because it may contain a password.
 */
import { Result } from "effect"

/**
 * @category models
 * @since 0.1.0
 */
export interface BaseUrl {
  /** A webhook's path is appended to this. It has no trailing slash. */
  readonly prefix: string
  /** Host, and port where it is not the default of the scheme. */
  readonly host: string
}

/**
 * Parses a base URL. The failure says what is wrong with it.
 *
 * @category parsing
 * @since 0.1.0
 */
export const parse = (text: string): Result.Result<BaseUrl, string> => {
  if (!URL.canParse(text)) return Result.fail("must be an absolute URL such as https://backend.example.com")
  const url = new URL(text)
  if (url.protocol !== "https:" && url.protocol !== "http:") return Result.fail("must start with https: or http:")
  if (url.username !== "" || url.password !== "")
    return Result.fail("contains credentials: sign the webhooks with a secret instead")
  if (text.includes("?")) return Result.fail("has a query: webhook paths are appended to the URL")
  if (text.includes("#")) return Result.fail("has a fragment: webhook paths are appended to the URL")
  return Result.succeed({ prefix: url.origin + url.pathname.replace(/\/+$/, ""), host: url.host })
}
