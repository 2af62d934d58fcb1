/**
 * Compares a verified certificate with the one that the enrollment began with.
 *
 * **Details**
 *
 * An `Authenticate` that the backend accepts pins the certificate to the device. A certificate that belongs to another device, or belonged to one, or was
 * issued to the holder of such a certificate, is rejected. Afterwards only the pinned certificate is accepted, or one that this server's SCEP issued to
 * its holder or for this device. A device that has shown a certificate must always show one, also where identity is optional. A device that never
 * enrolled here is rejected, unless it was imported or the backend adopts it.
 */
import { Certificate } from "@espalier/apple"
import type { Problem } from "@espalier/http"
import { AdoptAnswer } from "@espalier/schema"
import { Effect, Option } from "effect"
import { type BackendError, ManagementBackend } from "../Backend/index.ts"
import * as MdmReply from "../Mdm/MdmReply.ts"
import type { Handle, MdmRequest } from "../Mdm/MdmRequest.ts"
import { Store, type StoreError } from "../Store/index.ts"
import * as CertificateFacts from "./CertificateFacts.ts"
import { DeviceIdentity, rejected } from "./DeviceIdentity.ts"

/**
 * Rejects messages with the wrong certificate before the backend receives them.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = Effect.gen(function* () {
  const backend = yield* ManagementBackend
  const { mode, unknown } = yield* DeviceIdentity
  const store = yield* Store
  const recorded = new Map<string, string>()

  /** Whether the backend adopts the device; then its certificate is pinned. */
  const adopt = Effect.fnUntraced(function* ({ scope, message }: MdmRequest, fingerprint: string) {
    if (unknown === "reject" || Option.isSome(yield* store.pinned(scope.udid))) return false
    if (Option.isSome(yield* store.findDevice(fingerprint))) return false
    const answer = yield* backend
      .adopt({ scope, messageType: message.name })
      .pipe(Effect.catchTag("ManagementNotSupported", () => Effect.succeed(AdoptAnswer.cases.Deny.make({}))))
    return answer._tag === "Allow" && (yield* store.pin(scope.udid, fingerprint))
  })

  /** Records expiry and origin, once for each certificate and origin in the life of this process. */
  const record = Effect.fnUntraced(function* (
    { scope: { udid, mdmOrigin } }: MdmRequest,
    certificate: Certificate.Certificate,
  ) {
    const { fingerprint, expiresAt } = CertificateFacts.of(certificate)
    const facts = `${fingerprint} ${mdmOrigin.url}`
    if (recorded.get(udid) === facts) return
    yield* store.recordIdentity(udid, fingerprint, { expiresAt, origin: mdmOrigin.url })
    if (recorded.size >= maxRecorded) recorded.clear()
    recorded.set(udid, facts)
  })

  return (handle: Handle): Handle<Problem.Problem | BackendError | StoreError> =>
    (request) =>
      Effect.gen(function* () {
        const { certificate, message, scope } = request
        const { udid } = scope
        if (certificate === undefined) {
          const isAccepted = mode === "optional" && Option.isNone(yield* store.pinned(udid))
          return yield* isAccepted ? handle(request) : rejected
        }
        const fingerprint = Certificate.fingerprint(certificate)
        if (message.name !== "Authenticate") {
          const isAccepted = (yield* store.authorize(udid, fingerprint)) || (yield* adopt(request, fingerprint))
          if (!isAccepted) return yield* rejected
          yield* record(request, certificate)
          return yield* handle(request)
        }
        // Read before the backend is called: the store may reject such a UDID, or be unavailable.
        const before = yield* store.pinned(udid)
        const owner = yield* store.findDevice(fingerprint)
        if (Option.isSome(owner) && owner.value !== udid) return yield* rejected
        const reply = yield* handle(request)
        if (MdmReply.statusOf(reply) >= 300) return reply
        // The previous certificate stays this device's own, so no other device can use it. Recorded first: after a crash in between, the device
        // repeats the Authenticate.
        if (Option.isSome(before) && Option.isNone(owner)) yield* store.recordRenewal(before.value, fingerprint)
        if (!(yield* store.pin(udid, fingerprint))) return yield* rejected
        yield* record(request, certificate)
        return reply
      })
})

const maxRecorded = 100_000
