/**
 * The check-in protocol: enrollment, push tokens and secrets of a device, one schema for every
 * `MessageType`, with Apple's names.
 *
 * A device authenticates, then sends a `TokenUpdate` (and another whenever its token changes), and at the end a
 * `CheckOut`. The other messages ask the server for something; the responses are in `CheckInResponse.ts`.
 *
 * **Details**
 *
 * Unknown keys are kept. `Message` renames an optional key with a value of the wrong type (`InvalidAwaitingConfiguration`). Only
 * what a server cannot do without is required: which identifying keys a message needs is for `Channel.of` to say.
 * Apple marks `Topic` required in every message but reads it from the profile itself, so it is required only in
 * `TokenUpdate`, where a push needs it.
 *
 * Source: Apple, "Check-in" (developer.apple.com/documentation/devicemanagement/check-in).
 */
import { Schema } from "effect"
import * as Channel from "./Channel.ts"
import { dictionary, openStruct } from "./PropertyList.ts"

const text = Schema.optionalKey(Schema.String)

/**
 * A device starts to enroll. It can be woken by a push after its `TokenUpdate` only, and may never send one.
 *
 * Everything that describes the device is optional: iOS, iPadOS, tvOS and watchOS send it only when the profile's access rights allow
 * device queries, User Enrollments hide serial number, IMEI and MEID, and only Macs send `DeviceName`, `Model`, `ModelName`.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Authenticate = openStruct({
  MessageType: Schema.Literal("Authenticate"),
  ...Channel.fields,
  Topic: text,
  DeviceName: text,
  Model: text,
  ModelName: text,
  OSVersion: text,
  BuildVersion: text,
  ProductName: text,
  SerialNumber: text,
  IMEI: text,
  MEID: text,
})
/**
 * @category models
 * @since 0.1.0
 */
export type Authenticate = typeof Authenticate.Type

/**
 * The channel can be woken by pushes with this token. Sent on the device channel and on every user channel.
 *
 * `Token` is the raw APNs token, `PushMagic` the value of the push's `mdm` member, `UnlockToken` what `ClearPasscode`
 * needs later (absent does not mean revoked: keep the last one). `AwaitingConfiguration` asks for `DeviceConfigured`, on a user channel
 * for `UserConfigured`.
 *
 * @category schemas
 * @since 0.1.0
 */
export const TokenUpdate = openStruct({
  MessageType: Schema.Literal("TokenUpdate"),
  ...Channel.fields,
  Topic: Schema.String,
  Token: Schema.Uint8Array,
  PushMagic: Schema.String,
  UnlockToken: Schema.optionalKey(Schema.Uint8Array),
  AwaitingConfiguration: Schema.optionalKey(Schema.Boolean),
})
/**
 * @category models
 * @since 0.1.0
 */
export type TokenUpdate = typeof TokenUpdate.Type

/**
 * The enrollment profile was removed. Sent once, when the profile sets `CheckOutWhenRemoved`, and only if the device is online.
 *
 * @category schemas
 * @since 0.1.0
 */
export const CheckOut = openStruct({ MessageType: Schema.Literal("CheckOut"), ...Channel.fields, Topic: text })
/**
 * @category models
 * @since 0.1.0
 */
export type CheckOut = typeof CheckOut.Type

/**
 * A network or mobile user logs in to a Mac. Two steps: without `DigestResponse` the device asks for a challenge, with it
 * the device answers one. Apple lists `DigestResponse` as required, which applies to the second step.
 *
 * @category schemas
 * @since 0.1.0
 */
export const UserAuthenticate = openStruct({
  MessageType: Schema.Literal("UserAuthenticate"),
  ...Channel.fields,
  UserID: Schema.String.check(Schema.isMaxLength(Channel.maxIdentifierLength)),
  DigestResponse: text,
})
/**
 * @category models
 * @since 0.1.0
 */
export type UserAuthenticate = typeof UserAuthenticate.Type

/**
 * A device escrows its bootstrap token. Missing or empty: the server must delete the stored token.
 *
 * @category schemas
 * @since 0.1.0
 */
export const SetBootstrapToken = openStruct({
  MessageType: Schema.Literal("SetBootstrapToken"),
  ...Channel.fields,
  BootstrapToken: Schema.optionalKey(Schema.Uint8Array),
  AwaitingConfiguration: Schema.optionalKey(Schema.Boolean),
})
/**
 * @category models
 * @since 0.1.0
 */
export type SetBootstrapToken = typeof SetBootstrapToken.Type

/**
 * A device asks for the bootstrap token that it escrowed.
 *
 * @category schemas
 * @since 0.1.0
 */
export const GetBootstrapToken = openStruct({
  MessageType: Schema.Literal("GetBootstrapToken"),
  ...Channel.fields,
  AwaitingConfiguration: Schema.optionalKey(Schema.Boolean),
})
/**
 * @category models
 * @since 0.1.0
 */
export type GetBootstrapToken = typeof GetBootstrapToken.Type

/**
 * A device asks for a token for one of Apple's services: today `com.apple.maid` (Managed Apple Accounts) and
 * `com.apple.watch.pairing`. A service the server does not know is answered with HTTP 400.
 *
 * @category schemas
 * @since 0.1.0
 */
export const GetToken = openStruct({
  MessageType: Schema.Literal("GetToken"),
  ...Channel.fields,
  TokenServiceType: Schema.String,
  TokenParameters: Schema.optionalKey(dictionary({ SecurityToken: text, PhoneUDID: text, WatchUDID: text })),
})
/**
 * @category models
 * @since 0.1.0
 */
export type GetToken = typeof GetToken.Type

/**
 * Declarative management over check-in. `Endpoint` names the request (`DeclarativeManagement.parseEndpoint`); `Data`
 * holds JSON bytes, in practice the status report of the `status` endpoint.
 *
 * @category schemas
 * @since 0.1.0
 */
export const DeclarativeManagement = openStruct({
  MessageType: Schema.Literal("DeclarativeManagement"),
  ...Channel.fields,
  Endpoint: Schema.String,
  Data: Schema.optionalKey(Schema.Uint8Array),
})
/**
 * @category models
 * @since 0.1.0
 */
export type DeclarativeManagement = typeof DeclarativeManagement.Type

/**
 * A supervised device in return-to-service mode is about to erase itself and asks with which profiles (iOS 26).
 *
 * @category schemas
 * @since 0.1.0
 */
export const ReturnToService = openStruct({ MessageType: Schema.Literal("ReturnToService"), ...Channel.fields })
/**
 * @category models
 * @since 0.1.0
 */
export type ReturnToService = typeof ReturnToService.Type

/**
 * Any check-in message. `CheckInMessage.match(message, { Authenticate: …, … })` needs a case for every `MessageType`.
 *
 * @category schemas
 * @since 0.1.0
 */
export const CheckInMessage = Schema.Union([
  Authenticate,
  TokenUpdate,
  CheckOut,
  UserAuthenticate,
  SetBootstrapToken,
  GetBootstrapToken,
  GetToken,
  DeclarativeManagement,
  ReturnToService,
]).pipe(Schema.toTaggedUnion("MessageType"))

/**
 * @category models
 * @since 0.1.0
 */
export type CheckInMessage = typeof CheckInMessage.Type

/**
 * Every `MessageType` this package knows.
 *
 * @category models
 * @since 0.1.0
 */
export type MessageType = CheckInMessage["MessageType"]
