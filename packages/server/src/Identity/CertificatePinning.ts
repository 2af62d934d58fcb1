/**
 * Compares a verified certificate with the one that the enrollment began with.
 *
 * **Details**
 *
 * An `Authenticate` that the backend accepts pins the certificate to the device. A certificate that belongs to another device, or belonged to one, or was
 * issued to the holder of such a certificate, is rejected. Afterwards only the pinned certificate is accepted, or one that this server's SCEP
 * issued to its holder. A device that has shown a certificate must always show one, also where identity is optional.
 */
import { Certificate } from "@espalier/apple"
import type { Problem } from "@espalier/http"
import { Effect, Option } from "effect"
import * as MdmReply from "../Mdm/MdmReply.ts"
import type { Handle } from "../Mdm/MdmRequest.ts"
import type { Store, StoreError } from "../Store/index.ts"
import * as DeviceIdentity from "./DeviceIdentity.ts"

/**
 * Rejects messages with the wrong certificate before the backend receives them.
 *
 * @category middleware
 * @since 0.1.0
 */
export const wrap =
  (store: Store["Service"], mode: DeviceIdentity.IdentityOptions["mode"]) =>
  (handle: Handle): Handle<Problem.Problem | StoreError> =>
  (request) =>
    Effect.gen(function* () {
      const {
        certificate,
        message,
        scope: { udid },
      } = request
      if (certificate === undefined) {
        const isAccepted = mode === "optional" && Option.isNone(yield* store.pinned(udid))
        return yield* isAccepted ? handle(request) : DeviceIdentity.rejected
      }
      const fingerprint = Certificate.fingerprint(certificate)
      if (message.name !== "Authenticate") {
        return yield* (yield* store.authorize(udid, fingerprint)) ? handle(request) : DeviceIdentity.rejected
      }
      // Read before the backend is called: the store may reject such a UDID, or be unavailable.
      const before = yield* store.pinned(udid)
      const owner = yield* store.findDevice(fingerprint)
      if (Option.isSome(owner) && owner.value !== udid) return yield* DeviceIdentity.rejected
      const reply = yield* handle(request)
      if (MdmReply.statusOf(reply) >= 300) return reply
      // The previous certificate stays this device's own, so no other device can use it. Recorded first: after a crash in between, the device
      // repeats the Authenticate.
      if (Option.isSome(before) && Option.isNone(owner)) yield* store.recordRenewal(before.value, fingerprint)
      return (yield* store.pin(udid, fingerprint)) ? reply : yield* DeviceIdentity.rejected
    })
