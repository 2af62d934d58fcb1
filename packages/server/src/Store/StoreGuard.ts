/**
 * What no store takes, whichever it is: a UDID comes from a device, and the databases differ in what text they refuse.
 */
import { Effect, Option } from "effect"
import { type Store, StoreError } from "./Store.ts"

/**
 * The store behind checks of what it is asked with.
 *
 * @category constructors
 * @since 0.1.0
 */
export const guarded = (store: Store["Service"]): Store["Service"] => ({
  ...store,
  pin: (udid, fingerprint) => check("pin", [udid, fingerprint], store.pin(udid, fingerprint)),
  pinned: (udid) => check("pinned", [udid], store.pinned(udid)),
  owner: (fingerprint) => check("owner", [fingerprint], store.owner(fingerprint)),
  succeed: (...fingerprints) => check("succeed", fingerprints, store.succeed(...fingerprints)),
  admit: (udid, fingerprint) => check("admit", [udid, fingerprint], store.admit(udid, fingerprint)),
  enroll: (challenge, token) =>
    check(
      "enroll",
      [challenge.id, challenge.request, ...(token === undefined ? [] : [token.id])],
      store.enroll(challenge, token),
      token?.limit,
    ),
  createEnrollmentToken: (token) =>
    check("createEnrollmentToken", [token.id], store.createEnrollmentToken(token), token.limit, token.note),
  mayEnroll: (id, limit) => check("mayEnroll", [id], store.mayEnroll(id, limit), limit),
  revokeEnrollmentToken: (id) => check("revokeEnrollmentToken", [id], store.revokeEnrollmentToken(id)),
})

const check = <A>(
  operation: string,
  keys: ReadonlyArray<string>,
  verb: Effect.Effect<A, StoreError>,
  limit = 1,
  note = "",
): Effect.Effect<A, StoreError> => {
  const objection = keys.every((key) => key !== "" && isText(key, 255))
    ? Number.isSafeInteger(limit) && limit >= 1
      ? isText(note, 1024)
        ? Option.none()
        : Option.some("The note is longer than 1024 characters, or has a NUL in it.")
      : Option.some("The limit is no integer from 1.")
    : Option.some("An id, UDID or fingerprint is empty, longer than 255 characters, or has a NUL in it.")
  return Option.match(objection, {
    onNone: () => verb,
    onSome: (message) => Effect.fail(new StoreError({ reason: "Invalid", operation, message })),
  })
}

/** PostgreSQL's text has no NUL; half a surrogate pair would be changed on its way into either database. */
const isText = (text: string, length: number): boolean =>
  text.length <= length && text.isWellFormed() && !text.includes("\0")
