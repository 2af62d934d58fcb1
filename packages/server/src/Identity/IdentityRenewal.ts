/**
 * Offers devices the renewal of their identity, without the backend: a device whose certificate expires within {@link renewalPeriod} gets an `InstallProfile` with a
 * renewal profile when the backend has no command for it.
 *
 * The server recognizes the reports on its own command by their `CommandUUID` and keeps them; the backend receives none.
 */
import { Command } from "@espalier/apple"
import { Clock, Duration, Effect } from "effect"
import { EnrollmentSettings } from "../Enrollment/EnrollmentSettings.ts"
import * as Profile from "../Enrollment/Profile.ts"
import type { MdmMessage } from "../Mdm/MdmMessage.ts"
import * as MdmReply from "../Mdm/MdmReply.ts"
import type { Handle, MdmRequest } from "../Mdm/MdmRequest.ts"
import { Store } from "../Store/index.ts"
import * as Certificate from "./CertificateFacts.ts"

/**
 * How long before its expiry an identity is renewed.
 *
 * @category constants
 * @since 0.1.0
 */
export const renewalPeriod = Duration.days(30)

/** A device gets one offer in this time. */
const offerInterval = Duration.days(1)

const prefix = "IdentityRenewal."

/**
 * Makes the middleware.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = Effect.gen(function* () {
  const { branding } = yield* EnrollmentSettings
  const profile = yield* Profile.make
  const store = yield* Store

  const offer = Effect.fnUntraced(function* ({ scope, certificate }: MdmRequest) {
    if (certificate === undefined || scope._tag === "user") return MdmReply.empty
    const { fingerprint, expiresAt } = Certificate.of(certificate)
    const now = yield* Clock.currentTimeMillis
    if (expiresAt.epochMilliseconds - now > Duration.toMillis(renewalPeriod)) return MdmReply.empty
    if (!(yield* store.claimRenewalOffer(scope.udid, fingerprint, Duration.toMillis(offerInterval)))) {
      return MdmReply.empty
    }
    yield* Effect.logInfo("offers the renewal of the identity")
    const Payload = yield* profile({ mdmOrigin: scope.mdmOrigin, branding, token: undefined, device: scope.udid })
    return yield* MdmReply.propertyList(Command.make(`${prefix}${crypto.randomUUID()}`, "InstallProfile", { Payload }))
  })

  return (handle: Handle): Handle =>
    (request) =>
      Effect.gen(function* () {
        const { message } = request
        if (message._tag === "CheckIn") return yield* handle(request)
        const own = yield* withoutOwnReport(message)
        const reply = yield* handle({ ...request, message: own })
        if (reply._tag !== "Empty" || own !== message) return reply
        return yield* Effect.catch(offer(request), (error) =>
          Effect.as(Effect.logWarning(`The renewal of an identity was not offered: ${error.message}`), reply),
        )
      })
})

/** A report on this server's own command becomes `Idle`: the backend is only asked for the next command. */
const withoutOwnReport = (message: MdmMessage & { readonly _tag: "CommandReport" }) =>
  Effect.gen(function* () {
    const { report } = message
    if (report.Status === "Idle" || !report.CommandUUID.startsWith(prefix)) return message
    if (report.Status !== "Acknowledged") {
      yield* Effect.logWarning(`The device answers the renewal of its identity with ${report.Status}`)
    }
    const { UDID, EnrollmentID } = report
    return {
      _tag: "CommandReport" as const,
      name: "Idle" as const,
      report: {
        Status: "Idle" as const,
        ...(UDID === undefined ? {} : { UDID }),
        ...(EnrollmentID === undefined ? {} : { EnrollmentID }),
      },
    }
  })
