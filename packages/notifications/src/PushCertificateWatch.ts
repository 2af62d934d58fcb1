/**
 * Watches Apple push certificates: publishes `apple_push_certification_renovation` 30, 15, 5 and 1 days before one expires.
 *
 * Each threshold once a certificate, however often the watch is restarted and in however many processes it runs: what was published is noted
 * in a table that is not pruned. Published first and noted then, under an idempotency key; so a watch that is killed in between publishes
 * nothing twice, unless it stays away until the event is pruned and the next threshold has not yet come, which takes a `keep` under 15 days.
 *
 * What surprises: `numDays` are the days that really remain, to the nearest whole day (`"0"`: less than half a day). A watch that begins late
 * publishes once, not for each threshold that it missed. A renewed certificate is another one and begins anew. One that has expired is no
 * event any more, but a warning in the log.
 *
 * @example
 * ```ts
 * import { readFileSync } from "node:fs"
 * import { NotificationsLayer, PushCertificateWatch } from "@espalier/notifications"
 * import { Effect, Layer } from "effect"
 *
 * const watch = PushCertificateWatch.layer({
 *   workspace: "example",
 *   organization: { id: "1", name: "Example", url: "https://dashboard.example.com/example" },
 *   // Read again for each look, so that a renewed file is seen.
 *   certificates: Effect.sync(() => [{ pem: readFileSync("push.pem", "utf8"), appleId: "push@example.com" }]),
 * })
 *
 * export const notifications = Layer.provideMerge(watch, NotificationsLayer.layer())
 * ```
 */
import { X509Certificate } from "node:crypto"
import type { NotificationOrganization } from "@espalier/schema"
import { Clock, type Duration, Effect, Layer, Result, Schedule, Schema } from "effect"
import type { SqlClient, SqlError } from "effect/sql"
import { Notifications } from "./Notifications.ts"
import type { PublishRefused } from "./Published.ts"
import * as Table from "./PushCertificateTable.ts"

/**
 * A push certificate and the Apple ID that it was made with. `pem`: its first certificate counts; a private key beside it is not looked at.
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
  /** Whose integrations get the events. */
  readonly workspace: string
  /** As it stands in the events. */
  readonly organization: NotificationOrganization
  /** As an Effect they are read again for each look. */
  readonly certificates: ReadonlyArray<PushCertificate> | Effect.Effect<ReadonlyArray<PushCertificate>, E, R>
  /** How long between two looks. Defaults to 30 minutes. */
  readonly every?: Duration.Input | undefined
}

/**
 * The text is no certificate in PEM. Holds nothing of it.
 *
 * @category errors
 * @since 0.1.0
 */
export class PushCertificateInvalid extends Schema.TaggedError<PushCertificateInvalid>(
  "espalier/notifications/PushCertificateInvalid",
)("PushCertificateInvalid", { appleId: Schema.String }) {
  override get message(): string {
    return `The push certificate of ${this.appleId} is no certificate in PEM: it begins with -----BEGIN CERTIFICATE-----`
  }
}

/**
 * @category errors
 * @since 0.1.0
 */
export type WatchError = PushCertificateInvalid | PublishRefused | SqlError.SqlError

const day = 24 * 60 * 60 * 1000

/** In days, the smallest first. */
const thresholds = [1, 5, 15, 30]

interface Known {
  readonly appleId: string
  /** SHA-256 of the certificate, in hexadecimal. */
  readonly fingerprint: string
  /** Unix milliseconds. */
  readonly expiresAt: number
}

const parse = ({ pem, appleId }: PushCertificate): Result.Result<Known, PushCertificateInvalid> =>
  Result.try({
    try: () => {
      const { fingerprint256, validToDate } = new X509Certificate(pem)
      return {
        appleId,
        fingerprint: fingerprint256.replaceAll(":", "").toLowerCase(),
        expiresAt: validToDate.getTime(),
      }
    },
    catch: () => new PushCertificateInvalid({ appleId }),
  })

/** Publishes what is due for one certificate. */
const look = Effect.fnUntraced(function* (
  { workspace, organization }: Pick<WatchOptions, "workspace" | "organization">,
  { appleId, fingerprint, expiresAt }: Known,
) {
  const now = yield* Clock.currentTimeMillis
  const left = expiresAt - now
  if (left <= 0) return yield* Effect.logWarning("push certificate expired", { workspace, fingerprint })
  const threshold = thresholds.find((days) => left <= days * day)
  if (threshold === undefined) return
  const warned = { workspace, fingerprint, threshold }
  if (yield* Table.isWarned(warned)) return
  const { publish } = yield* Notifications
  const numDays = String(Math.round(left / day))
  yield* publish(
    workspace,
    { action: "apple_push_certification_renovation", organization, numDays, appleId },
    { idempotencyKey: `push-certificate/${fingerprint}/${threshold}` },
  ).pipe(
    // Published before the watch was killed, with more days to go.
    Effect.catchIf(
      (error) => error._tag === "PublishRefused" && error.reason === "KeyReused",
      () => Effect.void,
    ),
  )
  yield* Table.note(warned, now)
})

/**
 * Looks once, for those who have a scheduler of their own. What is wrong with one certificate fails after the others were looked at.
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
    Effect.result(Effect.flatMap(Effect.fromResult(parse(certificate)), (known) => look(options, known))),
  )
  yield* Effect.fromResult(Result.all(results))
})

/**
 * Looks when it is built, where a bad certificate is its error, and then for as long as it lives, where it is logged.
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
      const { every = "30 minutes", workspace } = options
      yield* check(options).pipe(
        Effect.catchCause((cause) => Effect.logError(`the push certificates of ${workspace} cannot be checked`, cause)),
        Effect.schedule(Schedule.spaced(every)),
        Effect.forkScoped,
      )
    }),
  )
