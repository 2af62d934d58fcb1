/**
 * Enrollment links: what `espalier enrollment-token create` prints, made by the product itself, whose customers hear of it.
 */
import { EnrollmentToken } from "@espalier/server"
import { type Duration, Effect } from "effect"
import { Publish } from "./Publish.ts"

/**
 * Makes a link of that whitelabel server, for any number of devices.
 *
 * @category constructors
 */
export const make = Effect.fnUntraced(function* (server: string, validity: Duration.Duration) {
  const created = yield* EnrollmentToken.create({ validity, limit: undefined, note: "the sample product" })
  yield* (yield* Publish).invited(created.id)
  return EnrollmentToken.link(server, created)
})
