/**
 * A command on its way to a device: `{CommandUUID, Command: {RequestType, …}}`.
 *
 * The keys of a command are Apple's and change every year; this package carries them as property list values and does
 * not check them. A device answers what it does not understand with `CommandFormatError`.
 *
 * Source: Apple, "Commands and queries".
 */

import { Plist, type PlistError } from "@espalier/plist"
import { type Result, Schema } from "effect"
import { openStruct } from "./PropertyList.ts"

/**
 * The envelope. `CommandUUID` may be any text: the device repeats it in its report.
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
 * A command out of its parts. A `RequestType` among the payload's keys gives way to `requestType`.
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
 * The body a device gets, an XML property list.
 *
 * @category encoding
 * @since 0.1.0
 */
export const toXml = (command: Command): Result.Result<string, PlistError> => Plist.toXml(command)
