/**
 * A command for a device: `{CommandUUID, Command: {RequestType, …}}`.
 *
 * The keys of a command are Apple's and change every year; this package carries them as property list values and does
 * not check them. A device reports `CommandFormatError` for a command that it does not understand.
 *
 * Source: Apple, "Commands and queries".
 */

import { Plist, type PlistError } from "@espalier/plist"
import { type Result, Schema } from "effect"
import { openStruct } from "./PropertyList.ts"

/**
 * The envelope. `CommandUUID` may be any text: the device's report holds it again.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Command = Schema.Struct({
  CommandUUID: Schema.NonEmptyString,
  Command: openStruct({ RequestType: Schema.NonEmptyString }),
})
/**
 * @category models
 * @since 0.1.0
 */
export type Command = typeof Command.Type

/**
 * A command from its parts. `requestType` replaces a `RequestType` in the payload.
 *
 * @example
 * Command.make("7F1C…", "DeviceInformation", { Queries: ["SerialNumber"] })
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (commandUUID: string, requestType: string, payload: Plist.Dictionary = {}): Command => ({
  CommandUUID: commandUUID,
  Command: { ...payload, RequestType: requestType },
})

/**
 * The body for the device, an XML property list.
 *
 * @category encoding
 * @since 0.1.0
 */
export const toXml = (command: Command): Result.Result<string, PlistError> => Plist.toXml(command)
