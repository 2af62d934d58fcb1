/**
 * Fresh identifiers that tell what they name: `int_` and 96 random bits in base64url.
 */
import { randomBytes } from "node:crypto"
import { Effect } from "effect"

/**
 * @category constructors
 * @since 0.1.0
 */
export const make = (prefix: "int" | "wrk"): Effect.Effect<string> =>
  Effect.sync(() => `${prefix}_${randomBytes(12).toString("base64url")}`)
