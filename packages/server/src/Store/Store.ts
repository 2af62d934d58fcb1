/**
 * What the server must remember by itself: which identity a device has shown, which SCEP challenges are used up, how often an
 * enrollment token was used. Everything else is the backend's.
 *
 * Three stores keep this one promise: memory (`StoreMemory`, one process, gone with it), and a SQLite file or PostgreSQL
 * (`StoreSql`). Servers on one database behave as one server: of any number that ask at the same instant, exactly one is told that it
 * used the challenge, took the last use of a token, or changed the pin. What succeeded outlives the process.
 *
 * What surprises: times are this process's clock. Servers that share a database must agree to within an hour; a used challenge is
 * kept that much longer than it is valid.
 */
import { Context, type DateTime, type Effect, type Option, Schema } from "effect"

/**
 * Why the store could not answer. `Invalid`: it was asked with what it does not take, see `Store`. With `Unreachable` and `Damaged` a
 * write may have happened; with the others it did not.
 *
 * @category errors
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
/** @category errors */
export type StoreErrorReason = typeof StoreErrorReason.Type

/**
 * The store could not answer. `message` is a sentence for an operator; neither it nor anything else here holds a value of what was
 * asked, so it may be logged. To a device this is a 503, so that it asks again; `Invalid` is a 400.
 *
 * @category errors
 */
export class StoreError extends Schema.TaggedError<StoreError>("espalier/server/StoreError")("StoreError", {
  reason: StoreErrorReason,
  /** The verb of `Store` that failed. */
  operation: Schema.String,
  message: Schema.String,
}) {}

/**
 * An enrollment token as the store knows it. The token itself is signed and carries its id, limit and expiry; whoever holds it
 * does not need the store, and the store never sees it.
 *
 * @category models
 */
export interface EnrollmentToken {
  readonly id: string
  readonly createdAt: DateTime.Utc
  /** None for a token that does not expire. */
  readonly expiresAt: Option.Option<DateTime.Utc>
  /** How many enrollments it is good for; none when there is no limit. */
  readonly limit: Option.Option<number>
  /** What whoever made it wrote beside it; may be empty. */
  readonly note: string
  /** How many enrollments it was counted for. */
  readonly used: number
  readonly revokedAt: Option.Option<DateTime.Utc>
}

/** @category models */
export interface NewEnrollmentToken {
  readonly id: string
  readonly expiresAt?: DateTime.Utc | undefined
  readonly limit?: number | undefined
  readonly note?: string | undefined
}

/**
 * See the top of the file.
 *
 * Ids, UDIDs and fingerprints are text of 1 to 255 UTF-16 units without NUL that the store compares exactly and does not read. A
 * fingerprint is the lower-case hex SHA-256 of the DER of a device's identity certificate. A limit is an integer from 1, a note at most
 * 1024 units.
 *
 * @category services
 */
export class Store extends Context.Service<
  Store,
  {
    /** `Authenticate`: from now on the device is whoever has this certificate. Replaces what was pinned. */
    readonly pin: (udid: string, fingerprint: string) => Effect.Effect<void, StoreError>

    /** The fingerprint that every later message of the device must show; none when it has never sent an `Authenticate`. */
    readonly pinned: (udid: string) => Effect.Effect<Option.Option<string>, StoreError>

    /**
     * The device has a renewed certificate (SCEP): pins the next fingerprint if the old one is still what is pinned. `false` when it is
     * not, and nothing changes; that is so for a second call after a first one that succeeded.
     */
    readonly renew: (udid: string, oldFingerprint: string, newFingerprint: string) => Effect.Effect<boolean, StoreError>

    /**
     * Forgets the device; `false` when it was not known. For an operator. `CheckOut` does not unpin: the device may have to repeat
     * it when an answer is lost, a late answer of its still belongs to the same identity, and another certificate can take over the UDID
     * only by a new `Authenticate`.
     */
    readonly unpin: (udid: string) => Effect.Effect<boolean, StoreError>

    /**
     * Uses up a SCEP challenge whose signature the caller has verified: `true` exactly once for each id, over all servers. `false` from
     * `expiresAt` on, so that ids need not be kept for ever.
     */
    readonly useChallenge: (id: string, expiresAt: DateTime.Utc) => Effect.Effect<boolean, StoreError>

    /** Notes a token that was made. `false` when its id is known already, and nothing changes. */
    readonly createEnrollmentToken: (token: NewEnrollmentToken) => Effect.Effect<boolean, StoreError>

    /**
     * Counts one enrollment by a token whose signature and expiry the caller has verified; `limit` is the one that it carries.
     * `false`, and not counted, when the limit is reached or the token is revoked. A token that the store has not heard of is counted
     * from there on: its signature says that it was made, perhaps where this store could not be reached.
     */
    readonly countEnrollment: (tokenId: string, limit?: number | undefined) => Effect.Effect<boolean, StoreError>

    /**
     * From now on the token counts for nothing, on any server. `false` when the store has not heard of it; it is revoked all the same.
     */
    readonly revokeEnrollmentToken: (tokenId: string) => Effect.Effect<boolean, StoreError>

    /** All tokens, the oldest first. */
    readonly enrollmentTokens: Effect.Effect<ReadonlyArray<EnrollmentToken>, StoreError>

    /** A health probe: succeeds when a write just reached the disk. */
    readonly writable: Effect.Effect<void, StoreError>
  }
>()("espalier/server/Store") {}
