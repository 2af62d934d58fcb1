/**
 * Short signed texts of this server's authority: SCEP challenges and enrollment tokens.
 *
 * **Details**
 *
 * `{claims}.{mac}`, both base64url: JSON claims, and an HMAC-SHA256 with a key derived from the authority's private key, a different one for each purpose.
 * So several servers with one authority accept each other's tokens, and there is no further secret to store. The store counts the uses of a
 * token.
 */
import { createHmac, hkdfSync, type KeyObject, timingSafeEqual } from "node:crypto"
import { Result, Schema } from "effect"

/**
 * The claims of a token: its id, and when it expires, in Unix seconds.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Claims = Schema.Struct({
  id: Schema.NonEmptyString.check(Schema.isMaxLength(64)),
  expiresAt: Schema.Int,
  /** The enrollment token of a challenge. */
  enrollmentToken: Schema.optionalKey(Schema.NonEmptyString),
  /** The number of devices that can enroll with an enrollment token. */
  limit: Schema.optionalKey(Schema.Int),
  /** The UDID that the certificate is issued for: only this device can use it. */
  udid: Schema.optionalKey(Schema.NonEmptyString),
})
/**
 * @category models
 * @since 0.1.0
 */
export type Claims = typeof Claims.Type

/**
 * Why a text is not a valid token. Contains nothing of the text.
 *
 * @category errors
 * @since 0.1.0
 */
export class InvalidToken extends Schema.TaggedError<InvalidToken>()("InvalidToken", {
  reason: Schema.Literals(["Malformed", "Forged", "Expired"]),
}) {}

/**
 * The purposes of tokens. A token of one purpose is `Forged` for another.
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
  /** The claims of a token that is valid at `now`, in Unix milliseconds. */
  readonly read: (text: string, now: number) => Result.Result<Claims, InvalidToken>
}

const Json = Schema.fromJsonString(Claims)
const encode = Schema.encodeSync(Json)
const decode = Schema.decodeUnknownResult(Json)
const maxLength = 1024

/**
 * The signer of an authority's private key.
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
      const [claims, mac, rest] = text.length > maxLength ? [] : text.split(".")
      if (claims === undefined || mac === undefined || rest !== undefined) return failWith("Malformed")
      const given = Buffer.from(mac, "base64url")
      const expected = macOf(claims)
      // Only the original text is valid: base64url can encode the same bytes in more than one way.
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
