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
 * The store could not answer. `message` is a sentence for an operator; neither it nor anything else here holds a value of what was
 * asked, so it may be logged. To a device this is a 503, so that it asks again; `Invalid` is a 400.
 *
 * @category errors
 * @since 0.1.0
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
 * @since 0.1.0
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
 * See the top of the file.
 *
 * Ids, UDIDs and fingerprints are text of 1 to 255 UTF-16 units without NUL that the store compares exactly and does not read. A
 * fingerprint is the lower-case hex SHA-256 of the DER of a device's identity certificate. A limit is an integer from 1, a note at most
 * 1024 units.
 *
 * @category services
 * @since 0.1.0
 */
export class Store extends Context.Service<
  Store,
  {
    /**
     * `Authenticate`: from now on the device is whoever has this certificate. Replaces what was pinned; `false`, and nothing changes,
     * when the certificate is another device's.
     */
    readonly pin: (udid: string, fingerprint: string) => Effect.Effect<boolean, StoreError>

    /**
     * The fingerprint that every later message of the device must show; none when it has never sent an `Authenticate`. `CheckOut` does
     * not unpin: the device may have to repeat it when an answer is lost.
     */
    readonly pinned: (udid: string) => Effect.Effect<Option.Option<string>, StoreError>

    /** The device that a certificate is pinned to, or another of its line: all that `succeed` tied to each other, before and after it. */
    readonly owner: (fingerprint: string) => Effect.Effect<Option.Option<string>, StoreError>

    /** SCEP has issued a certificate to whoever holds another one. The device goes over to it when it first shows it, see `admit`. */
    readonly succeed: (predecessor: string, fingerprint: string) => Effect.Effect<void, StoreError>

    /**
     * May this certificate speak for the device? It is what is pinned, or was issued to the holder of what is pinned: then it is pinned
     * from now on, and its predecessor no longer.
     */
    readonly admit: (udid: string, fingerprint: string) => Effect.Effect<boolean, StoreError>

    /**
     * Uses up a SCEP challenge whose signature the caller has verified, and counts the enrollment token it was given out for: both or
     * neither. `request` names the request (key and subject) it is used for.
     *
     * - `First`: exactly once for each id, over all servers.
     * - `Repeated`: the same request has used it before; its answer may have got lost.
     * - `Refused`: another request has; or it has expired; or the token's limit is reached, or the token revoked.
     */
    readonly enroll: (
      challenge: { readonly id: string; readonly expiresAt: DateTime.Utc; readonly request: string },
      token?: { readonly id: string; readonly limit?: number | undefined } | undefined,
    ) => Effect.Effect<"First" | "Repeated" | "Refused", StoreError>

    /** Notes a token that was made. `false` when its id is known already, and nothing changes. */
    readonly createEnrollmentToken: (token: NewEnrollmentToken) => Effect.Effect<boolean, StoreError>

    /** Whether an enrollment token still counts: not revoked, and used less often than its limit. One that the store has not heard of does. */
    readonly mayEnroll: (tokenId: string, limit?: number | undefined) => Effect.Effect<boolean, StoreError>

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
