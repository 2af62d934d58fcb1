/**
 * Check-in messages: what a device reports about its enrollment, its tokens and its secrets, passed to the backend.
 *
 * A message is answered 2xx only after the backend has accepted it: the device is the retry queue.
 */
import { CheckIn } from "@espalier/apple"
import type { Problem } from "@espalier/http"
import { type Event, type Scope, UserAuthenticateAnswer } from "@espalier/schema"
import { Effect } from "effect"
import { Base64 } from "effect/encoding"
import * as InvalidResponse from "../Backend/InvalidResponse.ts"
import { type BackendError, ManagementBackend } from "../Backend/index.ts"
import * as DeclarativeManagement from "./DeclarativeManagement.ts"
import * as MdmReply from "./MdmReply.ts"
import * as PropertyList from "./PropertyList.ts"

type Reply = Effect.Effect<MdmReply.MdmReply, BackendError | Problem.Problem, ManagementBackend>

/**
 * Replies to a check-in message. `topic` is the push topic of this server's enrollments.
 *
 * @category replies
 * @since 0.1.0
 */
export const reply = (message: CheckIn.CheckInMessage, scope: Scope, topic: string): Reply =>
  CheckIn.CheckInMessage.match(message, {
    Authenticate: (_) => sendEvent(scope, authenticate(_)),
    TokenUpdate: (_) => sendEvent(scope, tokenUpdate(_, scope)),
    CheckOut: () => sendEvent(scope, { _tag: "CheckOut" }),
    DeclarativeManagement: (_) => DeclarativeManagement.reply(_, scope, topic),
    UserAuthenticate: (_) => userAuthenticate(_, scope),
    SetBootstrapToken: (_) => setBootstrapToken(_, scope),
    GetBootstrapToken: () => getBootstrapToken(scope),
    GetToken: (_) => getToken(_, scope),
    ReturnToService: () => returnToService(scope),
  })

const sendEvent = (scope: Scope, event: Event): Reply =>
  ManagementBackend.use((backend) => Effect.as(backend.event({ scope, event }), MdmReply.empty))

const authenticate = (message: CheckIn.Authenticate): Event => ({
  _tag: "Authenticate",
  ...present({
    serialNumber: message.SerialNumber,
    model: message.Model,
    osVersion: message.OSVersion,
    modelName: message.ModelName,
    deviceName: message.DeviceName,
    productName: message.ProductName,
    buildVersion: message.BuildVersion,
    imei: message.IMEI,
    meid: message.MEID,
    topic: message.Topic,
  }),
})

const tokenUpdate = (message: CheckIn.TokenUpdate, scope: Scope): Event => ({
  _tag: "TokenUpdate",
  pushToken: Base64.encode(message.Token),
  pushMagic: message.PushMagic,
  topic: message.Topic,
  channel: scope._tag,
  ...(message.UnlockToken === undefined ? {} : { unlockToken: Base64.encode(message.UnlockToken) }),
  ...(message.AwaitingConfiguration === undefined ? {} : { awaitingConfiguration: message.AwaitingConfiguration }),
  ...(message.NotOnConsole === undefined ? {} : { notOnConsole: message.NotOnConsole }),
})

/** Apple, "UserAuthenticateRequest": an empty challenge lets the user in without a digest; an `AuthToken` ends the second step. */
const userAuthenticate = (message: CheckIn.UserAuthenticate, scope: Scope): Reply =>
  Effect.gen(function* () {
    const backend = yield* ManagementBackend
    const digestResponse = message.DigestResponse
    const decision = yield* backend.userAuthenticate({
      scope,
      ...(digestResponse === undefined ? {} : { digestResponse }),
    })
    return yield* UserAuthenticateAnswer.match(decision, {
      Accept: () =>
        MdmReply.propertyList(
          digestResponse === undefined ? { DigestChallenge: "" } : { AuthToken: crypto.randomUUID() },
        ),
      Decline: () => Effect.succeed(MdmReply.status(410)),
      Challenge: ({ digest }) => MdmReply.propertyList({ DigestChallenge: digest }),
    })
  })

/** With a missing or empty token the device asks the server to delete the one it has: an empty `set`. */
const setBootstrapToken = (message: CheckIn.SetBootstrapToken, scope: Scope): Reply =>
  ManagementBackend.use((backend) =>
    Effect.as(backend.bootstrapToken({ scope, set: Base64.encode(message.BootstrapToken ?? "") }), MdmReply.empty),
  )

const getBootstrapToken = (scope: Scope): Reply =>
  Effect.gen(function* () {
    const backend = yield* ManagementBackend
    const { bootstrapToken } = yield* backend.bootstrapToken({ scope })
    return yield* MdmReply.propertyList(
      bootstrapToken === null ? {} : { BootstrapToken: yield* bytesOf(bootstrapToken) },
    )
  })

const getToken = (message: CheckIn.GetToken, scope: Scope): Reply =>
  Effect.gen(function* () {
    const backend = yield* ManagementBackend
    const { tokenData } = yield* backend.token({
      scope,
      tokenServiceType: message.TokenServiceType,
      ...(message.TokenParameters === undefined
        ? {}
        : { tokenParameters: yield* PropertyList.toJson(message.TokenParameters) }),
    })
    return yield* MdmReply.propertyList({ TokenData: yield* bytesOf(tokenData) })
  })

/** Apple, "Return To Service" (iOS 26): `ReturnToService.Enabled` is required. */
const returnToService = (scope: Scope): Reply =>
  Effect.gen(function* () {
    const backend = yield* ManagementBackend
    const { enabled, wiFiProfileData, mdmProfileData, bootstrapToken } = yield* backend.returnToService({ scope })
    return yield* MdmReply.propertyList({
      ReturnToService: {
        Enabled: enabled,
        ...(wiFiProfileData === undefined ? {} : { WiFiProfileData: yield* bytesOf(wiFiProfileData) }),
        ...(mdmProfileData === undefined ? {} : { MDMProfileData: yield* bytesOf(mdmProfileData) }),
        ...(bootstrapToken === undefined ? {} : { BootstrapToken: yield* bytesOf(bootstrapToken) }),
      },
    })
  })

const bytesOf = (base64: string) =>
  Effect.mapError(Effect.fromResult(Base64.decode(base64)), () =>
    InvalidResponse.make("The base64 of the response is invalid"),
  )

/** Only the entries that have a value: an absent key stays absent. */
const present = <K extends string>(
  entries: { readonly [P in K]: string | undefined },
): { readonly [P in K]?: string } => {
  const out: { [P in K]?: string } = {}
  for (const key in entries) {
    const value = entries[key]
    if (value !== undefined) out[key] = value
  }
  return out
}
