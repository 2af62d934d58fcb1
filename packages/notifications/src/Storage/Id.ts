/**
 * Random ids with a prefix that says what they identify: `int_` and 96 random bits in base64url.
 */
import { randomBytes } from "node:crypto"
import { Effect } from "effect"

/**
 * Makes the id of an integration or of a worker.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (prefix: "int" | "wrk"): Effect.Effect<string> =>
  Effect.sync(() => `${prefix}_${randomBytes(12).toString("base64url")}`)
