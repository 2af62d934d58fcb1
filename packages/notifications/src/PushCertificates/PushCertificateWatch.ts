/**
 * Watches Apple push certificates: publishes `apple_push_certification_renovation` 30, 15, 5 and 1 days before one expires.
 *
 * **Details**
 *
 * Each threshold is published once for each certificate, however often the watch restarts and in however many processes it runs: what was
 * published is stored in a table that is not pruned. An event is published first and stored afterwards, under an idempotency key; so a watch
 * that is killed in between publishes nothing twice, unless it is down until the event is pruned and the next threshold has not come yet, which
 * takes a `retention` under 15 days.
 *
 * **Gotchas**
 *
 * `numDays` is the number of days that remain, to the nearest whole day (`"0"`: less than half a day). A watch that starts late publishes once, not
 * once for each threshold that it missed. A renewed certificate is a new certificate. An expired certificate is a warning in the log, not an
 * event.
 *
 * **Example**
 *
 * ```ts
 * import { readFileSync } from "node:fs"
 * import { Notifications, PushCertificateWatch } from "@espalier/notifications"
 * import { Effect, Layer } from "effect"
 *
 * const watch = PushCertificateWatch.layer({
 *   workspace: "example",
 *   organization: { id: "1", name: "Example", url: "https://dashboard.example.com/example" },
 *   // Read again for each check, so that a renewed file is seen.
 *   certificates: Effect.sync(() => [{ pem: readFileSync("push.pem", "utf8"), appleId: "push@example.com" }]),
 * })
 *
 * export const notifications = Layer.provideMerge(watch, Notifications.layer())
 * ```
 */
import { X509Certificate } from "node:crypto"
import type { NotificationOrganization } from "@espalier/schema"
import { Clock, type Duration, Effect, Layer, Result, Schedule, Schema } from "effect"
import type { SqlClient, SqlError } from "effect/sql"
import type { PublishError } from "../Events/PublishResult.ts"
import { Notifications } from "../Notifications.ts"
import * as PushCertificateTable from "./PushCertificateTable.ts"

/**
 * A push certificate and the Apple ID that created it. The first certificate in `pem` is used; a private key in it is ignored.
 *
 * @category models
 * @since 0.1.0
 */
export interface PushCertificate {
  readonly pem: string
  readonly appleId: string
}

/**
 * @category models
 * @since 0.1.0
 */
export interface WatchOptions<E = never, R = never> {
  /** The workspace whose integrations receive the events. */
  readonly workspace: string
  /** The organization in the events. */
  readonly organization: NotificationOrganization
  /** An Effect is run again for each check. */
  readonly certificates: ReadonlyArray<PushCertificate> | Effect.Effect<ReadonlyArray<PushCertificate>, E, R>
  /** The time between two checks. Defaults to 30 minutes. */
  readonly interval?: Duration.Input | undefined
}

/**
 * The text is not a certificate in PEM format. The error contains nothing of it.
 *
 * @category errors
 * @since 0.1.0
 */
export class InvalidPushCertificate extends Schema.TaggedError<InvalidPushCertificate>(
  "@espalier/notifications/InvalidPushCertificate",
)("InvalidPushCertificate", { appleId: Schema.String }) {
  override get message(): string {
    return `The push certificate of ${this.appleId} is not in PEM format, which begins with -----BEGIN CERTIFICATE-----`
  }
}

/**
 * @category errors
 * @since 0.1.0
 */
export type WatchError = InvalidPushCertificate | PublishError | SqlError.SqlError

const day = 24 * 60 * 60 * 1000

/** In days, the smallest first. */
const thresholds = [1, 5, 15, 30]

interface Certificate {
  readonly appleId: string
  /** SHA-256 of the certificate, in hexadecimal. */
  readonly fingerprint: string
  /** Unix milliseconds. */
  readonly expiresAt: number
}

const parse = ({ pem, appleId }: PushCertificate): Result.Result<Certificate, InvalidPushCertificate> =>
  Result.try({
    try: () => {
      const { fingerprint256, validToDate } = new X509Certificate(pem)
      return {
        appleId,
        fingerprint: fingerprint256.replaceAll(":", "").toLowerCase(),
        expiresAt: validToDate.getTime(),
      }
    },
    catch: () => new InvalidPushCertificate({ appleId }),
  })

/** Publishes the warning that is due for one certificate. */
const checkOne = Effect.fnUntraced(function* (
  { workspace, organization }: Pick<WatchOptions, "workspace" | "organization">,
  { appleId, fingerprint, expiresAt }: Certificate,
) {
  const now = yield* Clock.currentTimeMillis
  const left = expiresAt - now
  if (left <= 0) return yield* Effect.logWarning("push certificate expired", { workspace, fingerprint })
  const threshold = thresholds.find((days) => left <= days * day)
  if (threshold === undefined) return
  const warning = { workspace, fingerprint, threshold }
  if (yield* PushCertificateTable.isWarned(warning)) return
  const { publish } = yield* Notifications
  const numDays = String(Math.round(left / day))
  yield* publish(
    workspace,
    { action: "apple_push_certification_renovation", organization, numDays, appleId },
    { idempotencyKey: `push-certificate/${fingerprint}/${threshold}` },
  ).pipe(
    // Published before the watch was killed, with another number of days.
    Effect.catchTag("IdempotencyKeyConflict", () => Effect.void),
  )
  yield* PushCertificateTable.store(warning, now)
})

/**
 * Checks once, for a scheduler of your own. An error of one certificate fails the check after the others were checked.
 *
 * @category running
 * @since 0.1.0
 */
export const check = Effect.fnUntraced(function* <E = never, R = never>(
  options: WatchOptions<E, R>,
): Effect.fn.Return<void, E | WatchError, R | Notifications | SqlClient.SqlClient> {
  const { certificates } = options
  const given = Effect.isEffect(certificates) ? yield* certificates : certificates
  const results = yield* Effect.forEach(given, (certificate) =>
    Effect.result(Effect.flatMap(Effect.fromResult(parse(certificate)), (parsed) => checkOne(options, parsed))),
  )
  yield* Effect.fromResult(Result.all(results))
})

/**
 * Checks when it is built, where an invalid certificate is the error of the layer, and then at each interval, where it is logged.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer = <E = never, R = never>(
  options: WatchOptions<E, R>,
): Layer.Layer<never, E | WatchError, R | Notifications | SqlClient.SqlClient> =>
  Layer.effectDiscard(
    Effect.gen(function* () {
      yield* check(options)
      const { interval = "30 minutes", workspace } = options
      yield* check(options).pipe(
        Effect.catchCause((cause) => Effect.logError(`the push certificates of ${workspace} cannot be checked`, cause)),
        Effect.schedule(Schedule.spaced(interval)),
        Effect.forkScoped,
      )
    }),
  )
