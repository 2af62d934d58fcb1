/**
 * Enrollment tokens: what a link carries that hands out profiles. Signed, so that every server of the authority knows one; expiring; counted.
 */
import { Clock, DateTime, Duration, Effect } from "effect"
import { Authority } from "./Authority.ts"
import * as SignedToken from "./SignedToken.ts"
import { Store, type StoreError } from "./Store/index.ts"

/**
 * A token that was made: its id, to revoke it by, and the text that the link carries.
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
 * Makes a token for so many devices, and notes it in the store.
 *
 * @category constructors
 * @since 0.1.0
 */
export const create = Effect.fnUntraced(function* (options: {
  readonly validity: Duration.Duration
  /** How many devices may enroll; none for any number. */
  readonly limit: number | undefined
  readonly note: string
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
  })
  return { id, token, expiresAt: DateTime.toDateUtc(expiresAt) }
})

/**
 * The link for people: the enrollment page of that origin.
 *
 * @category conversions
 * @since 0.1.0
 */
export const link = (origin: string, { token }: Created): string =>
  new URL(`/mdm/apple/enroll?${new URLSearchParams({ token })}`, origin).href
