/**
 * Why bytes, a value or JSON are not a property list: one error for the whole package, with a reason from a closed
 * list, a sentence for a person, and the place.
 *
 * The place depends on what was read. XML: `offset`, `line` and `column`. Binary: `offset`. JSON and values on their way
 * out: `path`, a JSON pointer (RFC 6901). A message ends with its place and never carries content: at most the first few
 * characters of a tag or entity name, so that errors may be logged.
 */
import { Schema } from "effect"

/**
 * What went wrong, one word each.
 *
 * - `Syntax` not well-formed, or well-formed but no property list
 * - `UnexpectedEnd` the input stops too early
 * - `Trailing` something follows where the document is complete
 * - `DuplicateKey`, `BadKey` a dictionary names a key twice, or a key is not a string
 * - `TooDeep`, `TooLarge` beyond the limits; `TooDeep` is also a value that contains itself
 * - `BadInteger`, `BadReal`, `BadDate`, `BadData` an element whose content does not fit its type
 * - `BadEncoding` bytes that are not the text they claim to be
 * - `BadCharacter` a character that XML 1.0 cannot carry
 * - `Entity` an entity or character reference that is not predefined, or any entity declaration
 * - `BadReference`, `Cycle` binary: an offset or object number that leads nowhere, or back to itself
 * - `Unsupported` legal elsewhere, not here (a processing instruction, a binary set, JSON `null`)
 *
 * @category models
 * @since 0.1.0
 */
export const Reason = Schema.Literals([
  "Syntax",
  "UnexpectedEnd",
  "Trailing",
  "DuplicateKey",
  "BadKey",
  "TooDeep",
  "TooLarge",
  "BadInteger",
  "BadReal",
  "BadDate",
  "BadData",
  "BadEncoding",
  "BadCharacter",
  "Entity",
  "BadReference",
  "Cycle",
  "Unsupported",
])

/**
 * One word of {@link Reason}.
 *
 * @category models
 * @since 0.1.0
 */
export type Reason = typeof Reason.Type

/**
 * The error of every function of this package.
 *
 * `offset` counts bytes of the input from 0, `line` and `column` count from 1, a column being one Unicode character;
 * `path` is a JSON pointer whose segments are cut off after 64 characters.
 *
 * @category errors
 * @since 0.1.0
 */
export class PlistError extends Schema.TaggedError<PlistError>()("PlistError", {
  reason: Reason,
  message: Schema.String,
  offset: Schema.optionalKey(Schema.Int),
  line: Schema.optionalKey(Schema.Int),
  column: Schema.optionalKey(Schema.Int),
  path: Schema.optionalKey(Schema.String),
}) {}

/**
 * An error at a byte of a binary property list, or of input that is not decoded yet.
 *
 * @category constructors
 * @since 0.1.0
 */
export const atByte = (reason: Reason, what: string, offset: number): PlistError =>
  new PlistError({ reason, message: `${what} (byte ${offset})`, offset })

/**
 * An error at a place in a text.
 *
 * @category constructors
 * @since 0.1.0
 */
export const atPlace = (
  reason: Reason,
  what: string,
  place: { readonly offset: number; readonly line: number; readonly column: number },
): PlistError =>
  new PlistError({
    reason,
    message: `${what} (line ${place.line}, column ${place.column})`,
    offset: place.offset,
    line: place.line,
    column: place.column,
  })

/**
 * An error at a place within a value or within JSON, given as the keys and indices that lead there.
 *
 * @category constructors
 * @since 0.1.0
 */
export const atPath = (reason: Reason, what: string, segments: ReadonlyArray<string | number>): PlistError => {
  const path = segments.map((segment) => `/${pointerSegment(String(segment))}`).join("")
  return new PlistError({ reason, message: `${what} (at ${path === "" ? "the root" : path})`, path })
}

const longestSegment = 64

const pointerSegment = (segment: string): string =>
  (segment.length > longestSegment ? `${segment.slice(0, longestSegment)}…` : segment)
    .replaceAll("~", "~0")
    .replaceAll("/", "~1")
