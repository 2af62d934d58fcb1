/**
 * Enrollment tokens: the part of an enrollment link that gives access to the profile. A token is signed, so every server of the authority accepts it; it
 * expires, and its uses are counted.
 */
import { Clock, DateTime, Duration, Effect } from "effect"
import { Authority } from "../Identity/Authority.ts"
import { Store, type StoreError } from "../Store/index.ts"
import * as SignedToken from "./SignedToken.ts"

/**
 * A new token: its id, which revokes it, and the text for the link.
 *
 * @category models
 * @since 0.1.0
 */
export interface Created {
  readonly id: string
  readonly token: string
  readonly expiresAt: Date
}

/**
 * Creates a token and stores it.
 *
 * @category constructors
 * @since 0.1.0
 */
export const create = Effect.fnUntraced(function* (options: {
  readonly validity: Duration.Duration
  /** The number of devices that can enroll; `undefined` for no limit. */
  readonly limit: number | undefined
  readonly note: string
  /** The UDID of an enrolled device: the link renews its identity, and no other device can use the new one. */
  readonly device?: string | undefined
}): Effect.fn.Return<Created, StoreError, Authority | Store> {
  const { privateKey } = yield* Authority
  const store = yield* Store
  const id = crypto.randomUUID()
  const seconds = Math.floor(((yield* Clock.currentTimeMillis) + Duration.toMillis(options.validity)) / 1000)
  const expiresAt = DateTime.makeUnsafe(seconds * 1000)
  yield* store.createEnrollmentToken({ id, expiresAt, limit: options.limit, note: options.note })
  const token = SignedToken.make(privateKey, "enrollment-token").sign({
    id,
    expiresAt: seconds,
    ...(options.limit === undefined ? {} : { limit: options.limit }),
    ...(options.device === undefined ? {} : { udid: options.device }),
  })
  return { id, token, expiresAt: DateTime.toDateUtc(expiresAt) }
})

/**
 * The enrollment link: the page of that origin.
 *
 * @category conversions
 * @since 0.1.0
 */
export const link = (origin: string, { token }: Created): string =>
  new URL(`/mdm/apple/enroll?${new URLSearchParams({ token })}`, origin).href
