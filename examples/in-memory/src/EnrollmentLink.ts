/**
 * Enrollment links: created as `espalier enrollment-token create` creates them, with a notification to customers.
 */
import { EnrollmentLinks, StorageError } from "@espalier/devices"
import { EnrollmentToken, type Server } from "@espalier/server"
import { DateTime, Duration, Effect, Layer } from "effect"
import { DeviceNotifications } from "./DeviceNotifications.ts"

/**
 * Creates a link of this whitelabel server, for any number of devices.
 *
 * @category constructors
 */
export const create = Effect.fnUntraced(function* (server: string, validity: Duration.Duration) {
  const created = yield* EnrollmentToken.create({ validity, limit: undefined, note: "the sample product" })
  yield* (yield* DeviceNotifications).enrollmentLinkCreated(created.id)
  return { url: EnrollmentToken.link(server, created), expiresAt: DateTime.fromDateUnsafe(created.expiresAt) }
})

/**
 * Links for the dashboard, valid for a day. `server`: the address of the whitelabel server.
 *
 * @category layers
 */
export const layer = (server: Effect.Effect<string>) =>
  Layer.effect(
    EnrollmentLinks,
    Effect.map(Effect.context<DeviceNotifications | Layer.Success<ReturnType<typeof Server.state>>>(), (context) => ({
      create: () =>
        Effect.flatMap(server, (url) => create(url, Duration.days(1))).pipe(
          Effect.mapError((cause) => new StorageError({ cause })),
          Effect.provideContext(context),
        ),
    })),
  )
