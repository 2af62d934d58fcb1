/**
 * Enrollment links: created as `espalier enrollment-token create` creates them, with a notification to customers.
 */
import { EnrollmentToken } from "@espalier/server"
import { type Duration, Effect } from "effect"
import { DeviceNotifications } from "./DeviceNotifications.ts"

/**
 * Creates a link of this whitelabel server, for any number of devices.
 *
 * @category constructors
 */
export const create = Effect.fnUntraced(function* (server: string, validity: Duration.Duration) {
  const created = yield* EnrollmentToken.create({ validity, limit: undefined, note: "the sample product" })
  yield* (yield* DeviceNotifications).enrollmentLinkCreated(created.id)
  return EnrollmentToken.link(server, created)
})
