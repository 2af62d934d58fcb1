/**
 * Check-in messages: what a device says about its enrollment, its tokens and its secrets, put to the backend.
 *
 * A message is answered 2xx only after the backend has taken it: the device is the retry queue.
 */
import { CheckIn } from "@espalier/apple"
import { type Event, type Scope, UserAuthenticateAnswer } from "@espalier/schema"
import { Effect } from "effect"
import { Base64 } from "effect/encoding"
import type { HttpServerResponse } from "effect/http"
import { type BackendError, ManagementBackend } from "./Backend/index.ts"
import { badAnswer } from "./BadAnswer.ts"
import * as DeclarativeManagement from "./DeclarativeManagement.ts"
import * as DeviceResponse from "./DeviceResponse.ts"
import * as PropertyList from "./PropertyList.ts"
import type { Refusal } from "./Refusal.ts"

type Answer = Effect.Effect<HttpServerResponse.HttpServerResponse, BackendError | Refusal, ManagementBackend>

/**
 * Puts a check-in message to the backend and gives the device its answer.
 *
 * @category answers
 * @since 0.1.0
 */
export const answer = (message: CheckIn.CheckInMessage, scope: Scope): Answer =>
  CheckIn.CheckInMessage.match(message, {
    Authenticate: (_) => hear(scope, authenticate(_)),
    TokenUpdate: (_) => hear(scope, tokenUpdate(_, scope)),
    CheckOut: () => hear(scope, { _tag: "CheckOut" }),
    DeclarativeManagement: (_) => DeclarativeManagement.answer(_, scope),
    UserAuthenticate: (_) => userAuthenticate(_, scope),
    SetBootstrapToken: (_) => setBootstrapToken(_, scope),
    GetBootstrapToken: () => getBootstrapToken(scope),
    GetToken: (_) => getToken(_, scope),
    // The protocol has no webhook for it: like everything a backend does not offer, it is answered with nothing.
    ReturnToService: () => Effect.succeed(DeviceResponse.empty),
  })

/**
 * The situation of the device that sends this message, should the backend refuse.
 *
 * @category answers
 * @since 0.1.0
 */
export const situationOf = (message: CheckIn.CheckInMessage): DeviceResponse.Situation => {
  switch (message.MessageType) {
    case "Authenticate":
      return "authenticate"
    case "UserAuthenticate":
      return "userAuthenticate"
    case "DeclarativeManagement":
      return "declarative"
    default:
      return "checkin"
  }
}

const hear = (scope: Scope, event: Event): Answer =>
  ManagementBackend.use((backend) => Effect.as(backend.event({ scope, event }), DeviceResponse.empty))

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
const userAuthenticate = (message: CheckIn.UserAuthenticate, scope: Scope): Answer =>
  Effect.gen(function* () {
    const backend = yield* ManagementBackend
    const digestResponse = message.DigestResponse
    const decision = yield* backend.userAuthenticate({
      scope,
      ...(digestResponse === undefined ? {} : { digestResponse }),
    })
    return yield* UserAuthenticateAnswer.match(decision, {
      Accept: () =>
        PropertyList.toResponse(
          digestResponse === undefined ? { DigestChallenge: "" } : { AuthToken: crypto.randomUUID() },
        ),
      Decline: () => Effect.succeed(DeviceResponse.status(410)),
      Challenge: ({ digest }) => PropertyList.toResponse({ DigestChallenge: digest }),
    })
  })

/** A token that is missing or empty tells the server to forget the one it has: an empty `set`. */
const setBootstrapToken = (message: CheckIn.SetBootstrapToken, scope: Scope): Answer =>
  ManagementBackend.use((backend) =>
    Effect.as(
      backend.bootstrapToken({ scope, set: Base64.encode(message.BootstrapToken ?? "") }),
      DeviceResponse.empty,
    ),
  )

const getBootstrapToken = (scope: Scope): Answer =>
  Effect.gen(function* () {
    const backend = yield* ManagementBackend
    const { bootstrapToken } = yield* backend.bootstrapToken({ scope })
    return yield* PropertyList.toResponse(
      bootstrapToken === null ? {} : { BootstrapToken: yield* bytesOf(bootstrapToken) },
    )
  })

const getToken = (message: CheckIn.GetToken, scope: Scope): Answer =>
  Effect.gen(function* () {
    const backend = yield* ManagementBackend
    const { tokenData } = yield* backend.token({
      scope,
      tokenServiceType: message.TokenServiceType,
      ...(message.TokenParameters === undefined
        ? {}
        : { tokenParameters: yield* PropertyList.toJson(message.TokenParameters) }),
    })
    return yield* PropertyList.toResponse({ TokenData: yield* bytesOf(tokenData) })
  })

const bytesOf = (base64: string) =>
  Effect.mapError(Effect.fromResult(Base64.decode(base64)), () => badAnswer("The backend's base64 cannot be read"))

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
