/**
 * Device events: a device enrolled, can be reached, unenrolled, answered a command, reported its declarative status, or has an identity
 * that expires soon.
 *
 * The names and fields are Apple's. The server answers the device only after the backend has accepted the event, and the device
 * repeats what was not answered, so a backend may receive the same event twice.
 */
import { Schema } from "effect"
import { PropertyListDictionary } from "./PropertyList.ts"
import { Scope } from "./Scope.ts"

const optionalString = Schema.optionalKey(Schema.String)
const base64 = Schema.String.check(Schema.isBase64())

/**
 * A device begins to enroll (Apple: Authenticate). It cannot receive pushes before its `TokenUpdate`.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Authenticate = Schema.TaggedStruct("Authenticate", {
  serialNumber: optionalString,
  model: optionalString,
  osVersion: optionalString,
  modelName: optionalString,
  deviceName: optionalString,
  productName: optionalString,
  buildVersion: optionalString,
  imei: optionalString,
  meid: optionalString,
  topic: optionalString,
}).annotate({
  identifier: "Authenticate",
  description: "Enrollment authentication data such as serial number, model, and OS version",
  examples: [{ _tag: "Authenticate", serialNumber: "C02...", model: "MacBookPro", osVersion: "15.0" }],
})

/**
 * The channel can receive pushes; this push token replaces earlier ones (Apple: TokenUpdate).
 *
 * @category schemas
 * @since 0.1.0
 */
export const TokenUpdate = Schema.TaggedStruct("TokenUpdate", {
  pushToken: base64.annotate({ description: "The APNs device token, base64" }),
  pushMagic: Schema.String.annotate({ description: "The `mdm` member of a push" }),
  topic: Schema.String.annotate({ description: "The MDM push topic, com.apple.mgmt.…" }),
  channel: Schema.Literals(["device", "user"]),
  unlockToken: Schema.optionalKey(base64.annotate({ description: "Unlocks a device by ClearPasscode, base64" })),
  awaitingConfiguration: Schema.optionalKey(Schema.Boolean),
  notOnConsole: Schema.optionalKey(Schema.Boolean),
}).annotate({
  identifier: "TokenUpdate",
  description: "Push token, push magic, MDM topic, and channel",
  examples: [
    {
      _tag: "TokenUpdate",
      pushToken: "cHVzaC10b2tlbg==",
      pushMagic: "AD5F2C6B-6E4A-4C4E-9D0A-6B5B3C1B8C5E",
      topic: "com.apple.mgmt.External.example",
      channel: "device",
    },
  ],
})

/**
 * The device removed its management profile (Apple: CheckOut).
 *
 * @category schemas
 * @since 0.1.0
 */
export const CheckOut = Schema.TaggedStruct("CheckOut", {}).annotate({
  identifier: "CheckOut",
  description: "Device unenrolled",
  examples: [{ _tag: "CheckOut" }],
})

/**
 * One link of Apple's ErrorChain.
 *
 * @category schemas
 * @since 0.1.0
 */
export const ErrorChainItem = Schema.Struct({
  errorCode: Schema.Int,
  errorDomain: Schema.String,
  localizedDescription: Schema.String,
  usEnglishDescription: optionalString,
}).annotate({
  identifier: "ErrorChainItem",
  description: "One link of Apple's ErrorChain",
  examples: [
    { errorCode: 12021, errorDomain: "MCMDMErrorDomain", localizedDescription: "“Nothing” is not a valid command." },
  ],
})
/**
 * @category models
 * @since 0.1.0
 */
export type ErrorChainItem = typeof ErrorChainItem.Type

/**
 * How a device answers a command. After `NotNow` the device asks again later, without a push.
 *
 * @category schemas
 * @since 0.1.0
 */
export const CommandStatus = Schema.Literals(["Acknowledged", "Error", "CommandFormatError", "NotNow"]).annotate({
  identifier: "CommandStatus",
  description: "How a device answers a command",
})
/**
 * @category models
 * @since 0.1.0
 */
export type CommandStatus = typeof CommandStatus.Type

/**
 * A device's answer to a command. `payload` is the rest of the result, as a property list in JSON.
 *
 * **Details**
 *
 * A `DdmSync` has no command UUID of its own. The server handles its `Acknowledged`; when the device answers it with `Error`,
 * `CommandFormatError` or `NotNow`, the backend receives a `CommandResult` whose `commandUUID` begins with `DeclarativeManagement.`.
 *
 * @category schemas
 * @since 0.1.0
 */
export const CommandResult = Schema.TaggedStruct("CommandResult", {
  commandUUID: Schema.String.annotate({
    description: "The UUID of the command; begins with `DeclarativeManagement.` when the device refuses a DdmSync",
  }),
  status: CommandStatus,
  errorChain: Schema.optionalKey(Schema.Array(ErrorChainItem)),
  payload: PropertyListDictionary,
}).annotate({
  identifier: "CommandResult",
  description: "Result for a previously issued imperative MDM command",
  examples: [
    {
      _tag: "CommandResult",
      commandUUID: "command-uuid",
      status: "Acknowledged",
      payload: { QueryResponses: { DeviceName: "Ada's iPhone", OSVersion: "18.1" } },
    },
  ],
})

/**
 * Apple's declarative StatusReport, as the device sent it: unknown keys are kept. An integer beyond 2^53 arrives as
 * `{"$integer": "…"}`, since JSON parsers would round it.
 *
 * @category schemas
 * @since 0.1.0
 */
export const StatusReport = Schema.StructWithRest(
  Schema.Struct({
    StatusItems: Schema.optionalKey(Schema.JsonObject),
    Errors: Schema.optionalKey(Schema.Array(Schema.Json)),
    FullReport: Schema.optionalKey(Schema.Boolean),
  }),
  [Schema.JsonObject],
).annotate({
  identifier: "StatusReport",
  description: "Apple's StatusReport",
  examples: [{ StatusItems: { device: { "operating-system": { version: "18.1" } } }, Errors: [] }],
})
/**
 * @category models
 * @since 0.1.0
 */
export type StatusReport = typeof StatusReport.Type

/**
 * A declarative management status report.
 *
 * @category schemas
 * @since 0.1.0
 */
export const DeclarationStatus = Schema.TaggedStruct("DeclarationStatus", { report: StatusReport }).annotate({
  identifier: "DeclarationStatus",
  description: "Declarative device management status report",
  examples: [{ _tag: "DeclarationStatus", report: { StatusItems: {}, Errors: [] } }],
})

/**
 * The device identity certificate of an enrolled device expires soon (extension of the seed). The server sends the event; the
 * device did not. Offer a renewal profile before `expiresAt`: a device whose certificate has expired cannot connect any more.
 *
 * @category schemas
 * @since 0.1.0
 */
export const IdentityExpiring = Schema.TaggedStruct("IdentityExpiring", {
  expiresAt: Schema.String.check(
    Schema.isPattern(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/u, {
      message: "Expected a time in UTC such as 2026-12-31T00:00:00Z",
    }),
  ).annotate({ description: "When the certificate expires, RFC 3339 in UTC" }),
}).annotate({
  identifier: "IdentityExpiring",
  description: "The device identity certificate expires soon",
  examples: [{ _tag: "IdentityExpiring", expiresAt: "2026-12-31T00:00:00Z" }],
})
/**
 * @category models
 * @since 0.1.0
 */
export type IdentityExpiring = typeof IdentityExpiring.Type

/**
 * What happened on a device. `Event.match` requires a function for every tag.
 *
 * **Gotchas**
 *
 * A later version may add tags. A handler answers `ManagementNotSupported` for a tag that it does not know, and the server counts
 * the event as delivered.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Event = Schema.Union([
  Authenticate,
  TokenUpdate,
  CheckOut,
  CommandResult,
  DeclarationStatus,
  IdentityExpiring,
])
  .annotate({ identifier: "Event", description: "What happened on a device" })
  .pipe(Schema.toTaggedUnion("_tag"))
/**
 * @category models
 * @since 0.1.0
 */
export type Event = typeof Event.Type
/**
 * @category models
 * @since 0.1.0
 */
export type EventTag = Event["_tag"]
/**
 * @category models
 * @since 0.1.0
 */
export type Authenticate = typeof Authenticate.Type
/**
 * @category models
 * @since 0.1.0
 */
export type TokenUpdate = typeof TokenUpdate.Type
/**
 * @category models
 * @since 0.1.0
 */
export type CheckOut = typeof CheckOut.Type
/**
 * @category models
 * @since 0.1.0
 */
export type CommandResult = typeof CommandResult.Type
/**
 * @category models
 * @since 0.1.0
 */
export type DeclarationStatus = typeof DeclarationStatus.Type

/**
 * Body of `POST /webhook/apple/event`; the answer is 204.
 *
 * @category schemas
 * @since 0.1.0
 */
export const EventRequest = Schema.Struct({ scope: Scope, event: Event }).annotate({
  identifier: "EventRequest",
  description: "An event and the channel it happened on",
  examples: [
    {
      scope: { _tag: "device", udid: "DEVICE-UDID", mdmOrigin: { url: "https://mdm.example.com" } },
      event: { _tag: "Authenticate", serialNumber: "C02...", model: "MacBookPro", osVersion: "15.0" },
    },
  ],
})
/**
 * @category models
 * @since 0.1.0
 */
export type EventRequest = typeof EventRequest.Type
