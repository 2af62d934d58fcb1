/**
 * `GET` and `POST /mdm/apple/scep` (RFC 8894): where a device gets its identity certificate, and later the next one.
 *
 * A first request needs the challenge out of its enrollment profile: signed, expiring, good for one key. A renewal is signed with the
 * certificate that it replaces. Refusals are SCEP's own (`CertRep` with `failInfo`); only what cannot be answered so is an HTTP error.
 */
import { Certificate, Scep } from "@espalier/apple"
import { Clock, DateTime, Effect, Redacted, Result } from "effect"
import { HttpRouter, HttpServerRequest, HttpServerResponse } from "effect/http"
import { Authority } from "./Authority.ts"
import * as Body from "./Body.ts"
import { observed, refused } from "./Observation.ts"
import { Origins } from "./Origins.ts"
import { Refusal } from "./Refusal.ts"
import * as SignedToken from "./SignedToken.ts"
import { Store, type StoreError } from "./Store/index.ts"
import * as StoreResponse from "./StoreResponse.ts"

/** How long an identity certificate is good for, in days. A device renews it by a new profile. */
const validity = 398

/**
 * The route.
 *
 * @category routes
 * @since 0.1.0
 */
export const layer = HttpRouter.use(
  Effect.fnUntraced(function* (router) {
    const authority = yield* Authority
    const originOf = yield* Origins
    const store = yield* Store
    const challenges = SignedToken.make(authority.privateKey, "scep-challenge")

    /** May this request have a certificate? The reason why not is for the log. */
    const permitted = Effect.fnUntraced(function* (
      request: Scep.Request,
    ): Effect.fn.Return<string | undefined, StoreError> {
      if (request._tag === "RenewalReq") return undefined
      const challenge = request.request.challengePassword
      const now = yield* Clock.currentTimeMillis
      const read = challenges.read(challenge === undefined ? "" : Redacted.value(challenge), now)
      if (Result.isFailure(read)) return `challenge ${read.failure.reason}`
      const { id, expiresAt, enrollmentToken, limit } = read.success
      const use = { id, expiresAt: DateTime.makeUnsafe(expiresAt * 1000), request: request.fingerprint }
      const token = enrollmentToken === undefined ? undefined : { id: enrollmentToken, limit }
      return (yield* store.enroll(use, token)) === "Refused" ? "challenge or enrollment token used up" : undefined
    })

    const operation = Effect.fnUntraced(function* (message: Uint8Array) {
      const at = yield* DateTime.nowAsDate
      const received = Scep.receive(message, authority, at)
      if (Result.isFailure(received)) {
        const { transaction, failInfo } = received.failure
        yield* Effect.logInfo(`SCEP refused: ${received.failure.message}`)
        if (transaction === undefined) return yield* new Refusal({ status: 400, detail: "Not a SCEP message" })
        return yield* answered(Scep.failure(authority, transaction, failInfo))
      }
      const request = received.success
      const objection = yield* permitted(request)
      if (objection !== undefined) {
        yield* Effect.logInfo(`SCEP refused: ${objection}`)
        return yield* answered(Scep.failure(authority, request.transaction, "badRequest"))
      }
      const { publicKey, subject } = request.request
      const issued = Certificate.issue({ authority, publicKey, subject, at, days: validity })
      if (Result.isFailure(issued)) return yield* answered(Scep.failure(authority, request.transaction, "badRequest"))
      if (request._tag === "RenewalReq") {
        yield* store.succeed(Certificate.fingerprint(request.signer), Certificate.fingerprint(issued.success))
      }
      yield* Effect.logInfo(`SCEP issued ${Certificate.serialNumber(issued.success)} for a ${request._tag}`)
      return yield* answered(Scep.success(authority, request, issued.success))
    })

    const answer = Effect.gen(function* () {
      const request = yield* HttpServerRequest.HttpServerRequest
      yield* originOf(request)
      const query = new URLSearchParams(request.url.split("?", 2)[1] ?? "")
      switch (query.get("operation")) {
        case "GetCACaps":
          return HttpServerResponse.text(Scep.capabilitiesText, { contentType: Scep.contentTypes.capabilities })
        case "GetCACert":
          return HttpServerResponse.uint8Array(authority.certificate.der, {
            contentType: Scep.contentTypes.caCertificate,
          })
        case "PKIOperation":
          return yield* operation(
            request.method === "POST" ? yield* Body.read(request) : fromQuery(query.get("message") ?? ""),
          )
        default:
          return yield* new Refusal({
            status: 400,
            detail: "operation is GetCACaps, GetCACert or PKIOperation",
          })
      }
    }).pipe(Effect.catchTag("StoreError", StoreResponse.make), observed("scep"), Effect.catchTag("Refusal", refused))

    yield* router.add("GET", "/mdm/apple/scep", answer)
    yield* router.add("POST", "/mdm/apple/scep", answer)
  }),
)

/** Base64, of which a `+` that is not escaped has become a space. */
const fromQuery = (message: string) => new Uint8Array(Buffer.from(message.replaceAll(" ", "+"), "base64"))

/** What cannot be written was a fault of the keys at hand, and has been logged by nobody yet. */
const answered = (message: Result.Result<Uint8Array, { readonly message: string }>) =>
  Effect.map(Effect.orDie(Effect.fromResult(message)), (bytes) =>
    HttpServerResponse.uint8Array(bytes, { contentType: Scep.contentTypes.message }),
  )
