/**
 * Why bytes from a device are not a message. A sender can put anything into a message, and errors are logged: these name
 * the key and what was expected, never the value.
 */

import { PlistError } from "@espalier/plist"
import { Schema, SchemaIssue } from "effect"

/**
 * A property list that is not a valid message. `key` is the path of the offending key, its parts joined with
 * `.` (`ErrorChain.0.ErrorCode`), empty when the message itself is not a dictionary.
 *
 * @category errors
 * @since 0.1.0
 */
export class InvalidMessage extends Schema.TaggedError<InvalidMessage>()("InvalidMessage", {
  key: Schema.String,
  message: Schema.String,
}) {}

/**
 * A check-in of a type this package does not know. `messageType` is that type made fit to print: at most 64 characters,
 * anything but letters, digits and `._-` replaced by `?`.
 *
 * @category errors
 * @since 0.1.0
 */
export class UnknownMessageType extends Schema.TaggedError<UnknownMessageType>()("UnknownMessageType", {
  messageType: Schema.String,
  message: Schema.String,
}) {}

/**
 * Why bytes are not a message.
 *
 * @category errors
 * @since 0.1.0
 */
export const MessageError = Schema.Union([PlistError, InvalidMessage, UnknownMessageType])
/**
 * @category models
 * @since 0.1.0
 */
export type MessageError = typeof MessageError.Type

const longest = 64

const printable = (text: string): string => {
  const clean = text.slice(0, longest).replace(/[^A-Za-z0-9._-]/g, "?")
  return text.length > longest ? `${clean}…` : clean
}

/**
 * A type this package does not know.
 *
 * @category constructors
 * @since 0.1.0
 */
export const unknownMessageType = (messageType: string): UnknownMessageType => {
  const name = printable(messageType)
  return new UnknownMessageType({ messageType: name, message: `Unknown MessageType: ${name}` })
}

/**
 * An invalid key.
 *
 * @category constructors
 * @since 0.1.0
 */
export const invalid = (path: ReadonlyArray<PropertyKey>, what: string): InvalidMessage => {
  const key = path.map((part) => printable(String(part))).join(".")
  return new InvalidMessage({ key, message: `${key === "" ? "The message" : key}: ${what}` })
}

const format = SchemaIssue.makeFormatterStandardSchemaV1()

/**
 * The first issue that a schema found. Schemas do not report the input by default.
 *
 * @category constructors
 * @since 0.1.0
 */
export const fromIssue = (issue: SchemaIssue.Issue): InvalidMessage => {
  const [first] = format(issue).issues
  const path = (first?.path ?? []).map((part) => (typeof part === "object" ? part.key : part))
  return invalid(path, first?.message ?? "not as expected")
}
