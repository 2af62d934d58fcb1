/**
 * The next management action for a device: nothing, one command, or a declarative sync.
 *
 * A check-in is answered with exactly one action, because Apple's command channel carries one command per connection. After `NotNow`,
 * do not return the same command in the same connection: the device would loop.
 */
import { Schema } from "effect"
import { PropertyListDictionary } from "./PropertyList.ts"
import { Scope } from "./Scope.ts"

/**
 * Nothing to do: the device closes the connection.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Idle = Schema.TaggedStruct("Idle", {}).annotate({
  identifier: "Idle",
  description: "Nothing to do",
  examples: [{ _tag: "Idle" }],
})
/**
 * @category models
 * @since 0.1.0
 */
export type Idle = typeof Idle.Type

/**
 * An imperative command. The server sends `{CommandUUID, Command: {RequestType, …payload}}`.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Command = Schema.TaggedStruct("Command", {
  commandUUID: Schema.NonEmptyString,
  requestType: Schema.NonEmptyString.annotate({ description: "Apple's RequestType, such as DeviceInformation" }),
  payload: PropertyListDictionary,
}).annotate({
  identifier: "Command",
  description: "An imperative MDM command",
  examples: [
    {
      _tag: "Command",
      commandUUID: "command-uuid",
      requestType: "DeviceInformation",
      payload: { Queries: ["DeviceName", "OSVersion"] },
    },
  ],
})
/**
 * @category models
 * @since 0.1.0
 */
export type Command = typeof Command.Type

/**
 * Asks the device to synchronize its declarations. Use the `combinedDeclarationsToken` of the four tokens as `serverToken`: the device
 * then skips a synchronization that it does not need.
 *
 * @category schemas
 * @since 0.1.0
 */
export const DdmSync = Schema.TaggedStruct("DdmSync", { serverToken: Schema.String }).annotate({
  identifier: "DdmSync",
  description: "Ask the device to synchronize its declarations",
  examples: [{ _tag: "DdmSync", serverToken: "server-token" }],
})
/**
 * @category models
 * @since 0.1.0
 */
export type DdmSync = typeof DdmSync.Type

/**
 * The next management action: exactly one of the three. `Idle.make({})`, `Command.make({…})` and `DdmSync.make({…})` construct them.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Manifest = Schema.Union([Idle, Command, DdmSync])
  .annotate({ identifier: "Manifest", description: "The next management action" })
  .pipe(Schema.toTaggedUnion("_tag"))
/**
 * @category models
 * @since 0.1.0
 */
export type Manifest = typeof Manifest.Type

/**
 * Body of `POST /webhook/apple/checkin`; the answer is a {@link Manifest}.
 *
 * @category schemas
 * @since 0.1.0
 */
export const CheckInRequest = Schema.Struct({ scope: Scope }).annotate({
  identifier: "CheckInRequest",
  description: "A channel asks what to do next",
  examples: [{ scope: { _tag: "device", udid: "DEVICE-UDID", mdmOrigin: { url: "https://mdm.example.com" } } }],
})
/**
 * @category models
 * @since 0.1.0
 */
export type CheckInRequest = typeof CheckInRequest.Type
