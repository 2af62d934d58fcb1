/**
 * Issues device identity certificates over SCEP (RFC 8894).
 *
 * **Details**
 *
 * A `PKCSReq` needs the challenge of its enrollment profile: signed, expiring, usable for one key. A challenge for an enrolled device makes a certificate that
 * replaces the device's present one. A `RenewalReq` is signed with the certificate that it replaces; iOS sends none. Failures are SCEP's own (`CertRep` with `failInfo`).
 */
import { Certificate, Scep } from "@espalier/apple"
import { Problem } from "@espalier/http"
import { Clock, DateTime, Effect, Option, Redacted, Result } from "effect"
import * as SignedToken from "../Enrollment/SignedToken.ts"
import { Authority } from "../Identity/Authority.ts"
import { Store, type StoreError } from "../Store/index.ts"

/** The validity of an identity certificate, in days. */
const validity = 398

/**
 * Makes the function that answers a `pkiMessage` with a `CertRep`.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = Effect.gen(function* () {
  const authority = yield* Authority
  const store = yield* Store
  const challenges = SignedToken.make(authority.privateKey, "scep-challenge")

  /** The claims of the request's challenge, after its use was recorded. The failure is the reason, for the log. */
  const useChallenge = Effect.fnUntraced(function* (
    request: Scep.Request,
  ): Effect.fn.Return<Result.Result<SignedToken.Claims, string>, StoreError> {
    const challenge = request.request.challengePassword
    const now = yield* Clock.currentTimeMillis
    const read = challenges.read(challenge === undefined ? "" : Redacted.value(challenge), now)
    if (Result.isFailure(read)) return Result.fail(`challenge ${read.failure.reason}`)
    const { id, expiresAt, enrollmentToken, limit } = read.success
    const use = { id, expiresAt: DateTime.makeUnsafe(expiresAt * 1000), request: request.fingerprint }
    const token = enrollmentToken === undefined ? undefined : { id: enrollmentToken, limit }
    const outcome = yield* store.enroll(use, token)
    return outcome === "Refused" ? Result.fail("challenge or enrollment token used up") : Result.succeed(read.success)
  })

  /** The present certificate of the device that a challenge is for. */
  const pinnedOf = (udid: string | undefined): Effect.Effect<Option.Option<string>, StoreError> =>
    udid === undefined ? Effect.succeedNone : store.pinned(udid)

  return Effect.fnUntraced(function* (message: Uint8Array): Effect.fn.Return<Uint8Array, Problem.Problem | StoreError> {
    const at = yield* DateTime.nowAsDate
    const received = Scep.receive(message, authority, at)
    if (Result.isFailure(received)) {
      const { transaction, failInfo } = received.failure
      yield* Effect.logInfo(`SCEP rejected: ${received.failure.message}`)
      if (transaction === undefined) return yield* new Problem.Problem({ status: 400, detail: "Not a SCEP message" })
      return yield* written(Scep.failure(authority, transaction, failInfo))
    }
    const request = received.success
    const claims = request._tag === "RenewalReq" ? undefined : yield* useChallenge(request)
    if (claims !== undefined && Result.isFailure(claims)) {
      yield* Effect.logInfo(`SCEP rejected: ${claims.failure}`)
      return yield* written(Scep.failure(authority, request.transaction, "badRequest"))
    }
    const { publicKey, subject } = request.request
    const issued = Certificate.issue({ authority, publicKey, subject, at, days: validity })
    if (Result.isFailure(issued)) return yield* written(Scep.failure(authority, request.transaction, "badRequest"))
    const fingerprint = Certificate.fingerprint(issued.success)
    const predecessor =
      request._tag === "RenewalReq"
        ? Option.some(Certificate.fingerprint(request.signer))
        : yield* pinnedOf(claims?.success.udid)
    if (Option.isSome(predecessor)) yield* store.recordRenewal(predecessor.value, fingerprint)
    yield* Effect.logInfo(`SCEP issued ${Certificate.serialNumber(issued.success)} for a ${request._tag}`)
    return yield* written(Scep.success(authority, request, issued.success))
  })
})

/** The authority's key was checked at start, so writing a response fails only by a defect. */
const written = (message: Result.Result<Uint8Array, { readonly message: string }>): Effect.Effect<Uint8Array> =>
  Effect.orDie(Effect.fromResult(message))
