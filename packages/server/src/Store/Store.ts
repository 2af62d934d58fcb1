/**
 * What the server stores: which identity a device has shown, which SCEP challenges were used, and how often an enrollment token was used.
 * Everything else is the backend's.
 *
 * **Details**
 *
 * There are three implementations: memory (`StoreMemory`, one process, not persistent), and a SQLite file or PostgreSQL (`StoreSql`). Servers that share a
 * database behave like one server: of any number of simultaneous requests, exactly one uses a challenge, takes the last use of a token, or
 * changes a pin. What succeeded survives a crash.
 *
 * **Gotchas**
 *
 * Times are this process's clock. Servers that share a database must agree to within an hour; a used challenge is kept that much longer than it is
 * valid.
 */
import { Context, type DateTime, type Effect, type Option, Schema } from "effect"

/**
 * Why the store failed. `Invalid`: an argument is outside the limits of `Store`. With `Unreachable` and `Damaged` a write may have happened; with the
 * others it did not.
 *
 * @category errors
 * @since 0.1.0
 */
export const StoreErrorReason = Schema.Literals([
  "Invalid",
  "Unreachable",
  "Locked",
  "DiskFull",
  "ReadOnly",
  "Denied",
  "Damaged",
  "Other",
])
/**
 * @category errors
 * @since 0.1.0
 */
export type StoreErrorReason = typeof StoreErrorReason.Type

/**
 * The store failed. `message` is a sentence for an operator. The error contains no argument, so it can be logged. A device receives 503 and sends its
 * message again; for `Invalid` it receives 400.
 *
 * @category errors
 * @since 0.1.0
 */
export class StoreError extends Schema.TaggedError<StoreError>("@espalier/server/StoreError")("StoreError", {
  reason: StoreErrorReason,
  /** The method of `Store` that failed. */
  operation: Schema.String,
  message: Schema.String,
}) {}

/**
 * An enrollment token as the store knows it. The token's text is signed and contains its id, limit and expiry; the store never receives it.
 *
 * @category models
 * @since 0.1.0
 */
export interface EnrollmentToken {
  readonly id: string
  readonly createdAt: DateTime.Utc
  /** None where the token does not expire. */
  readonly expiresAt: Option.Option<DateTime.Utc>
  /** The number of enrollments it can be used for; none where there is no limit. */
  readonly limit: Option.Option<number>
  /** A note for people; may be empty. */
  readonly note: string
  /** The number of enrollments it was used for. */
  readonly used: number
  readonly revokedAt: Option.Option<DateTime.Utc>
}

/**
 * @category models
 * @since 0.1.0
 */
export interface NewEnrollmentToken {
  readonly id: string
  readonly expiresAt?: DateTime.Utc | undefined
  readonly limit?: number | undefined
  readonly note?: string | undefined
}

/**
 * The pinned identity of a device. `expiresAt` and `origin` are those of the last message with this certificate; none for a device that sent none since the
 * server records them. `isReported`: the backend received the event about its expiry.
 *
 * @category models
 * @since 0.1.0
 */
export interface PinnedIdentity {
  readonly udid: string
  readonly fingerprint: string
  readonly expiresAt: Option.Option<DateTime.Utc>
  readonly origin: Option.Option<string>
  readonly isReported: boolean
}

/**
 * The store.
 *
 * **Details**
 *
 * Ids, UDIDs and fingerprints are text of 1 to 255 UTF-16 units without NUL. They are compared exactly and not interpreted. A
 * fingerprint is the lower-case hex SHA-256 of the DER of a device's identity certificate. A limit is an integer from 1, a note has at most 1024
 * units.
 *
 * @category services
 * @since 0.1.0
 */
export class Store extends Context.Service<
  Store,
  {
    /**
     * Pins a certificate to a device, at its `Authenticate`. Replaces the previous pin. Returns `false` and changes nothing when the certificate is pinned to
     * another device.
     */
    readonly pin: (udid: string, fingerprint: string) => Effect.Effect<boolean, StoreError>

    /**
     * The pinned fingerprint; none when the device has never sent an `Authenticate`. `CheckOut` does not remove the pin: the device may have to repeat it
     * when a response was lost.
     */
    readonly pinned: (udid: string) => Effect.Effect<Option.Option<string>, StoreError>

    /** The device that a certificate is pinned to, or another certificate of its line: all that `recordRenewal` linked, before and after it. */
    readonly findDevice: (fingerprint: string) => Effect.Effect<Option.Option<string>, StoreError>

    /** Records that SCEP issued a certificate to the holder of another one. It replaces the other when the device first shows it, see `authorize`. */
    readonly recordRenewal: (predecessor: string, fingerprint: string) => Effect.Effect<void, StoreError>

    /**
     * Returns whether the certificate is the device's: it is pinned; or it was issued to the holder of the pinned one; or the device was imported without a
     * certificate. Except in the first case it is pinned now, and its predecessor no longer.
     */
    readonly authorize: (udid: string, fingerprint: string) => Effect.Effect<boolean, StoreError>

    /** The pinned identity of a device. */
    readonly identity: (udid: string) => Effect.Effect<Option.Option<PinnedIdentity>, StoreError>

    /** Records expiry and origin of a pinned certificate. Changes nothing when another certificate is pinned. */
    readonly recordIdentity: (
      udid: string,
      fingerprint: string,
      facts: { readonly expiresAt: DateTime.Utc; readonly origin: string },
    ) => Effect.Effect<void, StoreError>

    /** The pinned identities that expire before a time, the first to expire first. */
    readonly identitiesExpiringBefore: (time: DateTime.Utc) => Effect.Effect<ReadonlyArray<PinnedIdentity>, StoreError>

    /** Records that the backend received the event about the expiry of a pinned certificate. */
    readonly recordExpiryReport: (udid: string, fingerprint: string) => Effect.Effect<void, StoreError>

    /**
     * Claims the offer of a renewal to a device: `true` for one caller, and not again until `interval` milliseconds have passed or another certificate is
     * pinned.
     */
    readonly claimRenewalOffer: (
      udid: string,
      fingerprint: string,
      interval: number,
    ) => Effect.Effect<boolean, StoreError>

    /**
     * Imports a device that is enrolled with another server: with the fingerprint of its certificate, or without, so that its first certificate is pinned.
     * Returns `false` and changes nothing when the device has a pin already, or the certificate is another device's.
     */
    readonly importDevice: (udid: string, fingerprint?: string | undefined) => Effect.Effect<boolean, StoreError>

    /**
     * Uses a SCEP challenge whose signature the caller has verified, and counts a use of its enrollment token: both or neither. `request` identifies
     * the certificate request (key and subject).
     *
     * - `First`: exactly once for each id, over all servers.
     * - `Repeated`: the same request has used it before; the response may have been lost.
     * - `Refused`: another request has used it; or it has expired; or the token's limit is reached, or the token was revoked.
     */
    readonly enroll: (
      challenge: { readonly id: string; readonly expiresAt: DateTime.Utc; readonly request: string },
      token?: { readonly id: string; readonly limit?: number | undefined } | undefined,
    ) => Effect.Effect<"First" | "Repeated" | "Refused", StoreError>

    /** Stores a new token. Returns `false` and changes nothing when its id exists. */
    readonly createEnrollmentToken: (token: NewEnrollmentToken) => Effect.Effect<boolean, StoreError>

    /** Whether an enrollment token can be used: not revoked, and used less often than its limit. A token that the store does not know can be used. */
    readonly isTokenUsable: (tokenId: string, limit?: number | undefined) => Effect.Effect<boolean, StoreError>

    /**
     * Revokes a token on every server. Returns `false` when the store does not know it; it is revoked as well.
     */
    readonly revokeEnrollmentToken: (tokenId: string) => Effect.Effect<boolean, StoreError>

    /** All tokens, oldest first. */
    readonly enrollmentTokens: Effect.Effect<ReadonlyArray<EnrollmentToken>, StoreError>

    /** A health check: succeeds when a write was committed. */
    readonly writable: Effect.Effect<void, StoreError>
  }
>()("@espalier/server/Store") {}
