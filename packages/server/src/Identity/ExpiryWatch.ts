/**
 * Watches the identities that expire within 30 days: a warning in the log, the metric `espalier_expiring_identities`, and one `IdentityExpiring` event for each to the
 * backend.
 *
 * **Gotchas**
 *
 * An identity is known from the first message of its device on. A device that expires without having connected since the server records expiry is not found.
 */
import type { Scope } from "@espalier/schema"
import { Clock, DateTime, Duration, Effect, Layer, Metric, Option, Schedule } from "effect"
import { ManagementBackend } from "../Backend/index.ts"
import { type PinnedIdentity, Store, type StoreError } from "../Store/index.ts"
import { renewalPeriod } from "./IdentityRenewal.ts"

const expiring = Metric.gauge("espalier_expiring_identities", {
  description: "Device identities that expire within 30 days or have expired",
})

const interval = "1 hour"

/**
 * Looks once.
 *
 * @category operations
 * @since 0.1.0
 */
export const check: Effect.Effect<void, StoreError, ManagementBackend | Store> = Effect.gen(function* () {
  const store = yield* Store
  const until = (yield* Clock.currentTimeMillis) + Duration.toMillis(renewalPeriod)
  const identities = yield* store.identitiesExpiringBefore(DateTime.makeUnsafe(until))
  yield* Metric.update(expiring, identities.length)
  const [first] = identities
  if (first === undefined) return
  const at = Option.match(first.expiresAt, { onNone: () => "", onSome: DateTime.formatIso })
  yield* Effect.logWarning(
    `${identities.length} device identities expire within 30 days, the first at ${at}: renew them`,
  )
  yield* Effect.forEach(identities, report, { concurrency: 4, discard: true })
})

/** A failed event is sent again with the next look. */
const report = Effect.fnUntraced(function* (identity: PinnedIdentity) {
  const { udid, fingerprint, isReported } = identity
  if (isReported || Option.isNone(identity.origin) || Option.isNone(identity.expiresAt)) return
  const backend = yield* ManagementBackend
  const store = yield* Store
  const scope: Scope = { _tag: "device", udid, mdmOrigin: { url: identity.origin.value } }
  const expiresAt = DateTime.formatIso(identity.expiresAt.value)
  const isDelivered = yield* backend.event({ scope, event: { _tag: "IdentityExpiring", expiresAt } }).pipe(
    Effect.as(true),
    Effect.catchTags({
      // The backend does not know this event, or not this device.
      ManagementNotSupported: () => Effect.succeed(true),
      UnknownDevice: () => Effect.succeed(true),
      ServerInitiatedUnenrollment: () => Effect.succeed(true),
      InternalServerError: () => Effect.succeed(false),
      BackendUnavailable: () => Effect.succeed(false),
    }),
  )
  if (isDelivered) yield* store.recordExpiryReport(udid, fingerprint)
})

/**
 * Looks at the start and then every hour.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer: Layer.Layer<never, never, ManagementBackend | Store> = Layer.effectDiscard(
  check.pipe(
    Effect.catch((error) => Effect.logWarning(`Store: ${error.operation}: ${error.message}`)),
    Effect.repeat(Schedule.spaced(interval)),
    Effect.forkScoped,
  ),
)
