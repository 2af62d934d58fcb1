/**
 * Checks the arguments of every store in the same way: a UDID comes from a device, and databases differ in the text they accept.
 */
import { Effect, Option } from "effect"
import { type Store, StoreError } from "./Store.ts"

/**
 * Adds the checks to a store.
 *
 * @category constructors
 * @since 0.1.0
 */
export const validated = (store: Store["Service"]): Store["Service"] => ({
  ...store,
  pin: (udid, fingerprint) => check("pin", [udid, fingerprint], store.pin(udid, fingerprint)),
  pinned: (udid) => check("pinned", [udid], store.pinned(udid)),
  findDevice: (fingerprint) => check("findDevice", [fingerprint], store.findDevice(fingerprint)),
  recordRenewal: (...fingerprints) => check("recordRenewal", fingerprints, store.recordRenewal(...fingerprints)),
  authorize: (udid, fingerprint) => check("authorize", [udid, fingerprint], store.authorize(udid, fingerprint)),
  identity: (udid) => check("identity", [udid], store.identity(udid)),
  recordIdentity: (udid, fingerprint, facts) =>
    check("recordIdentity", [udid, fingerprint, facts.origin], store.recordIdentity(udid, fingerprint, facts)),
  recordExpiryReport: (udid, fingerprint) =>
    check("recordExpiryReport", [udid, fingerprint], store.recordExpiryReport(udid, fingerprint)),
  claimRenewalOffer: (udid, fingerprint, interval) =>
    check("claimRenewalOffer", [udid, fingerprint], store.claimRenewalOffer(udid, fingerprint, interval)),
  importDevice: (udid, fingerprint) =>
    check(
      "importDevice",
      [udid, ...(fingerprint === undefined ? [] : [fingerprint])],
      store.importDevice(udid, fingerprint),
    ),
  enroll: (challenge, token) =>
    check(
      "enroll",
      [challenge.id, challenge.request, ...(token === undefined ? [] : [token.id])],
      store.enroll(challenge, token),
      token?.limit,
    ),
  createEnrollmentToken: (token) =>
    check("createEnrollmentToken", [token.id], store.createEnrollmentToken(token), token.limit, token.note),
  isTokenUsable: (id, limit) => check("isTokenUsable", [id], store.isTokenUsable(id, limit), limit),
  revokeEnrollmentToken: (id) => check("revokeEnrollmentToken", [id], store.revokeEnrollmentToken(id)),
})

const check = <A>(
  operation: string,
  keys: ReadonlyArray<string>,
  method: Effect.Effect<A, StoreError>,
  limit = 1,
  note = "",
): Effect.Effect<A, StoreError> => {
  const problem = keys.every((key) => key !== "" && isText(key, 255))
    ? Number.isSafeInteger(limit) && limit >= 1
      ? isText(note, 1024)
        ? Option.none()
        : Option.some("The note is longer than 1024 characters or contains a NUL.")
      : Option.some("The limit is not an integer from 1.")
    : Option.some("An id, UDID or fingerprint is empty, longer than 255 characters, or contains a NUL.")
  return Option.match(problem, {
    onNone: () => method,
    onSome: (message) => Effect.fail(new StoreError({ reason: "Invalid", operation, message })),
  })
}

/** PostgreSQL's text cannot contain NUL; both databases would change an unpaired surrogate. */
const isText = (text: string, length: number): boolean =>
  text.length <= length && text.isWellFormed() && !text.includes("\0")
