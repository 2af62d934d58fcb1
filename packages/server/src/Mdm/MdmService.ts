/**
 * Replies to the messages of devices. This is the seam between HTTP and Apple's protocol: certificate pinning, telemetry and the recorder of exchanges
 * wrap it.
 */
import { Problem } from "@espalier/http"
import { Context, Effect, Layer } from "effect"
import { type BackendError, type BackendUnavailable, ManagementBackend } from "../Backend/index.ts"
import { EnrollmentSettings } from "../Enrollment/EnrollmentSettings.ts"
import * as ExchangeRecorder from "../Exchanges/ExchangeRecorder.ts"
import * as Telemetry from "../Http/Telemetry.ts"
import type { Authority } from "../Identity/Authority.ts"
import * as CertificatePinning from "../Identity/CertificatePinning.ts"
import type { DeviceIdentity } from "../Identity/DeviceIdentity.ts"
import * as IdentityRenewal from "../Identity/IdentityRenewal.ts"
import type { Store } from "../Store/index.ts"
import * as StoreReply from "../Store/StoreReply.ts"
import * as CheckIn from "./CheckIn.ts"
import * as CommandChannel from "./CommandChannel.ts"
import * as ErrorReply from "./ErrorReply.ts"
import * as MdmMessage from "./MdmMessage.ts"
import type { MdmReply } from "./MdmReply.ts"
import type { Handle, MdmRequest } from "./MdmRequest.ts"

/**
 * The service.
 *
 * @category services
 * @since 0.1.0
 */
export class MdmService extends Context.Service<MdmService, { readonly handle: Handle }>()(
  "@espalier/server/MdmService",
) {
  /** Asks the backend. */
  static readonly layer: Layer.Layer<
    MdmService,
    never,
    Authority | DeviceIdentity | EnrollmentSettings | ManagementBackend | Store
  > = Layer.effect(
    MdmService,
    Effect.suspend(() => make),
  )
}

const make = Effect.gen(function* () {
  const backend = yield* ManagementBackend
  const pinning = yield* CertificatePinning.make
  const { topic, renewIdentities } = yield* EnrollmentSettings
  const renewing = renewIdentities ? yield* IdentityRenewal.make : (handle: Handle) => handle
  const commandChannel = CommandChannel.make()

  const reply = ({
    message,
    scope,
  }: MdmRequest): Effect.Effect<MdmReply, BackendError | Problem.Problem, ManagementBackend> => {
    switch (message._tag) {
      case "CheckIn":
        return CheckIn.reply(message.message, scope, topic)
      case "CommandReport":
        return commandChannel(message.report, scope)
    }
  }

  const protocol: Handle = (request) =>
    reply(request).pipe(
      Effect.catchTag("BackendUnavailable", problemIfUnencodable),
      ErrorReply.orElse(MdmMessage.situationOf(request.message), (reply) => reply),
      Effect.provideService(ManagementBackend, backend),
    )

  const pinned = pinning(renewing(protocol))
  const handle: Handle = (request) =>
    pinned(request).pipe(
      ErrorReply.orElse(MdmMessage.situationOf(request.message), (reply) => reply),
      Effect.catchTag("StoreError", StoreReply.make),
    )
  return { handle: ExchangeRecorder.wrap(Telemetry.wrap(handle)) }
})

/** A message that fits no webhook is the device's mistake: after 503 the device would repeat it endlessly. */
const problemIfUnencodable = (error: BackendUnavailable): Effect.Effect<never, BackendUnavailable | Problem.Problem> =>
  Effect.fail(
    error.reason === "UnencodableRequest"
      ? new Problem.Problem({ status: 400, detail: "The message lacks a value that its webhook requires" })
      : error,
  )
