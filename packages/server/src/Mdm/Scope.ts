/**
 * The sender of a message, as the backend knows it: the protocol's `Scope`, from Apple's identifying keys and the origin.
 */
import { Certificate, Channel } from "@espalier/apple"
import { Problem } from "@espalier/http"
import type { MdmOrigin, Scope } from "@espalier/schema"
import { Effect } from "effect"

/**
 * The scope of a message.
 *
 * **Details**
 *
 * `userId` is Apple's `UserID`, else the `EnrollmentUserID`. On a Shared iPad every user has the same `UserID`, and `userShortName` distinguishes
 * them.
 *
 * @category constructors
 * @since 0.1.0
 */
export const fromMessage = (
  message: Channel.EnrollmentIds,
  mdmOrigin: MdmOrigin,
  certificate: Certificate.Certificate | undefined,
): Effect.Effect<Scope, Problem.Problem> =>
  Effect.fromResult(Channel.of(message)).pipe(
    Effect.mapError((error) => new Problem.Problem({ status: 400, detail: error.message })),
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
