/**
 * Who speaks, in the backend's words: the protocol's `Scope` out of Apple's identifying keys and the origin.
 */
import { Certificate, Channel } from "@espalier/apple"
import type { MdmOrigin, Scope } from "@espalier/schema"
import { Effect } from "effect"
import { Refusal } from "./Refusal.ts"

/**
 * The scope of a message. `userId` is Apple's `UserID`, else the `EnrollmentUserID`; on a Shared iPad every user has the same
 * `UserID` and `userShortName` tells them apart.
 *
 * @category conversions
 * @since 0.1.0
 */
export const make = (
  message: Channel.EnrollmentIds,
  mdmOrigin: MdmOrigin,
  certificate: Certificate.Certificate | undefined,
): Effect.Effect<Scope, Refusal> =>
  Effect.fromResult(Channel.of(message)).pipe(
    Effect.mapError((error) => new Refusal({ status: 400, detail: error.message })),
    Effect.map((channel): Scope => {
      const device = {
        udid: channel.deviceChannelId,
        enrollmentKind: channel.enrollment,
        ...(certificate === undefined ? {} : { identityCertificate: Certificate.toPem(certificate) }),
        mdmOrigin,
      }
      if (channel._tag === "device") return { _tag: "device", ...device }
      return {
        _tag: "user",
        ...device,
        userId: channel.userId ?? channel.enrollmentUserId ?? channel.userChannelId,
        ...(channel.userShortName === undefined ? {} : { userShortName: channel.userShortName }),
      }
    }),
  )
