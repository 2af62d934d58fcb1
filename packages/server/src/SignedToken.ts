/**
 * Short texts that only this server's authority can have made: SCEP challenges and enrollment tokens.
 *
 * `{claims}.{mac}`, both base64url: JSON claims, and an HMAC-SHA256 with a key that is derived from the authority's private
 * key, a different one for each purpose. So several servers with one authority accept each other's tokens, and no further secret has to be kept.
 * That a token is used once, or only so often, is for the store to know.
 */
import { createHmac, hkdfSync, type KeyObject, timingSafeEqual } from "node:crypto"
import { Result, Schema } from "effect"

/**
 * What a token says of itself: its id, and until when it counts, in Unix seconds.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Claims = Schema.Struct({
  id: Schema.NonEmptyString.check(Schema.isMaxLength(64)),
  expiresAt: Schema.Int,
  /** The enrollment token that a challenge was given out for. */
  enrollmentToken: Schema.optionalKey(Schema.NonEmptyString),
  /** How many devices may enroll with an enrollment token. */
  limit: Schema.optionalKey(Schema.Int),
})
/**
 * @category models
 * @since 0.1.0
 */
export type Claims = typeof Claims.Type

/**
 * Why a text is no token. Holds nothing of the text.
 *
 * @category errors
 * @since 0.1.0
 */
export class InvalidToken extends Schema.TaggedError<InvalidToken>()("InvalidToken", {
  reason: Schema.Literals(["Malformed", "Forged", "Expired"]),
}) {}

/**
 * What tokens are for; a token of one purpose is forged for another.
 *
 * @category models
 * @since 0.1.0
 */
export type Purpose = "scep-challenge" | "enrollment-token"

/**
 * Signs and reads the tokens of one purpose.
 *
 * @category models
 * @since 0.1.0
 */
export interface Signer {
  readonly sign: (claims: Claims) => string
  /** The claims of a token that counts at `now`, in Unix milliseconds. */
  readonly read: (text: string, now: number) => Result.Result<Claims, InvalidToken>
}

const Json = Schema.fromJsonString(Claims)
const encode = Schema.encodeSync(Json)
const decode = Schema.decodeUnknownResult(Json)
const longest = 1024

/**
 * The signer that belongs to an authority's private key.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (authorityKey: KeyObject, purpose: Purpose): Signer => {
  const secret = authorityKey.export({ type: "pkcs8", format: "der" })
  const key = Buffer.from(hkdfSync("sha256", secret, "espalier", purpose, 32))
  const macOf = (claims: string) => createHmac("sha256", key).update(claims).digest()
  return {
    sign: (claims) => {
      const text = Buffer.from(encode(claims)).toString("base64url")
      return `${text}.${macOf(text).toString("base64url")}`
    },
    read: (text, now) => {
      const [claims, mac, rest] = text.length > longest ? [] : text.split(".")
      if (claims === undefined || mac === undefined || rest !== undefined) return failWith("Malformed")
      const given = Buffer.from(mac, "base64url")
      const expected = macOf(claims)
      // Compared in the one spelling that was given out: base64url can spell the same bytes in more than one way.
      if (
        given.length !== expected.length ||
        !timingSafeEqual(given, expected) ||
        given.toString("base64url") !== mac
      ) {
        return failWith("Forged")
      }
      const read = decode(Buffer.from(claims, "base64url").toString())
      if (Result.isFailure(read)) return failWith("Malformed")
      return read.success.expiresAt * 1000 <= now ? failWith("Expired") : Result.succeed(read.success)
    },
  }
}

const failWith = (reason: InvalidToken["reason"]) => Result.fail(new InvalidToken({ reason }))
