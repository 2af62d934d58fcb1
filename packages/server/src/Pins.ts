/**
 * Is this the device that it says it is? Its certificate is verified; here it is held against the one that the enrollment began with.
 *
 * An `Authenticate` pins the device, once the backend has taken it; a certificate that is another device's, or was, or was issued to the
 * holder of one, is refused. After that only the pinned certificate counts, or one that this server's SCEP issued to its holder. Whoever has once shown a certificate must go on
 * doing so, also where that is optional.
 */
import { Certificate } from "@espalier/apple"
import { Effect, Option } from "effect"
import type { HttpServerResponse } from "effect/http"
import * as DeviceIdentity from "./DeviceIdentity.ts"
import type { Refusal } from "./Refusal.ts"
import type { Store, StoreError } from "./Store/index.ts"

/**
 * Who says what.
 *
 * @category models
 * @since 0.1.0
 */
export interface Claim {
  readonly udid: string
  readonly certificate: Certificate.Certificate | undefined
  readonly isAuthenticate: boolean
}

/**
 * Answers a device that is itself, and refuses every other before the backend hears of it.
 *
 * @category verification
 * @since 0.1.0
 */
export const guard =
  (
    store: Store["Service"],
    mode: DeviceIdentity.IdentityOptions["mode"],
    { udid, certificate, isAuthenticate }: Claim,
  ) =>
  <E, R>(
    answer: Effect.Effect<HttpServerResponse.HttpServerResponse, E, R>,
  ): Effect.Effect<HttpServerResponse.HttpServerResponse, E | Refusal | StoreError, R> =>
    Effect.gen(function* () {
      if (certificate === undefined) {
        const isFree = mode === "optional" && Option.isNone(yield* store.pinned(udid))
        return yield* isFree ? answer : Effect.fail(DeviceIdentity.refusal)
      }
      const fingerprint = Certificate.fingerprint(certificate)
      if (!isAuthenticate) {
        return yield* (yield* store.admit(udid, fingerprint)) ? answer : Effect.fail(DeviceIdentity.refusal)
      }
      // Asked before the backend is: the store may not take such a UDID, or not be there.
      const before = yield* store.pinned(udid)
      const owner = yield* store.owner(fingerprint)
      if (Option.isSome(owner) && owner.value !== udid) return yield* DeviceIdentity.refusal
      const response = yield* answer
      if (response.status >= 300) return response
      // What it had so far stays its own, so that it can never be shown for another device. Noted first: killed in between, the server
      // hears the same Authenticate again.
      if (Option.isSome(before) && Option.isNone(owner)) yield* store.succeed(before.value, fingerprint)
      return (yield* store.pin(udid, fingerprint)) ? response : yield* DeviceIdentity.refusal
    })
