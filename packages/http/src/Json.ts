/**
 * JSON from untrusted bytes: UTF-8 only, nesting bounded before the parser runs, and no error quotes the input.
 */
import { Result, Schema } from "effect"
import * as ExactIntegers from "./ExactIntegers.ts"

/**
 * Returns `true` for the media type `application/json` or `application/*+json`, in UTF-8.
 *
 * **Details**
 *
 * RFC 8259 §11 defines no `charset` parameter; senders that add one mean UTF-8.
 *
 * @category predicates
 * @since 0.1.0
 */
export const isContentType = (contentType: string): boolean => contentTypePattern.test(contentType)

const contentTypePattern = /^\s*application\/(?:[\w.-]+\+)?json\s*(?:;\s*charset\s*=\s*"?utf-8"?\s*)?;?\s*$/i

/**
 * Bytes that are not JSON within the limits. `problem` continues a sentence that starts with a name for the bytes: `is empty`.
 *
 * @category errors
 * @since 0.1.0
 */
export class InvalidJson extends Schema.TaggedError<InvalidJson>()("InvalidJson", {
  reason: Schema.Literals(["Empty", "NotUtf8", "ByteOrderMark", "TooDeep", "Syntax"]),
  problem: Schema.String,
}) {
  override get message(): string {
    return `The body ${this.problem}`
  }
}

/**
 * `maxDepth` bounds nested arrays and objects. A byte order mark is an error unless `ignoreByteOrderMark`: RFC 8259 §8.1 forbids senders to add
 * one and allows receivers to ignore it. With `exactIntegers`, an integer beyond 2^53 is `{"$integer": "9007199254740993"}` and not rounded;
 * {@link stringifyExact} writes it back. A key `$integer` of the document itself gets one `$` more; `"wrapped"` leaves it, for JSON that may have
 * wrappers already.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options {
  readonly maxDepth: number
  readonly ignoreByteOrderMark?: boolean | undefined
  readonly exactIntegers?: boolean | "wrapped" | undefined
}

/**
 * Parses JSON.
 *
 * **Example**
 *
 * ```ts
 * import { Json } from "@espalier/http"
 * import { Result } from "effect"
 *
 * const bytes = new TextEncoder().encode("[[1]]")
 * Result.getOrThrow(Json.parse(bytes, { maxDepth: 2 })) // => [[1]]
 * Json.parse(bytes, { maxDepth: 1 }) // a failure with the reason "TooDeep"
 * ```
 *
 * @category parsing
 * @since 0.1.0
 */
export const parse = (bytes: Uint8Array, options: Options): Result.Result<unknown, InvalidJson> => {
  const { exactIntegers = false } = options
  if (bytes.length === 0) return invalid("Empty", "is empty")
  let text: string
  try {
    text = utf8.decode(bytes)
  } catch {
    return invalid("NotUtf8", "is not UTF-8")
  }
  if (text.charCodeAt(0) === byteOrderMark) {
    if (options.ignoreByteOrderMark !== true) return invalid("ByteOrderMark", "begins with a byte order mark")
    text = text.slice(1)
  }
  if (nestsDeeper(text, options.maxDepth)) return invalid("TooDeep", `nests deeper than ${options.maxDepth} levels`)
  try {
    return Result.succeed(
      JSON.parse(exactIntegers === false ? text : ExactIntegers.wrap(text, { escapesKeys: exactIntegers === true })),
    )
  } catch (error) {
    // V8 quotes the text in its message; only the position is safe to repeat.
    const position =
      error instanceof SyntaxError
        ? / JSON at position (\d+)(?: \(line \d+ column \d+\))?$/.exec(error.message)?.[1]
        : undefined
    return invalid("Syntax", `is not JSON${position === undefined ? "" : ` (at character ${position})`}`)
  }
}

/**
 * Writes JSON that was parsed with `exactIntegers`, its integers with all their digits.
 *
 * @category encoding
 * @since 0.1.0
 */
export const stringifyExact = (json: unknown): string => ExactIntegers.unwrap(JSON.stringify(json))

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })

const invalid = (reason: InvalidJson["reason"], problem: string) => Result.fail(new InvalidJson({ reason, problem }))

const byteOrderMark = 0xfeff
const quote = 0x22
const backslash = 0x5c

/** Counts brackets outside of strings, so that nothing recursive runs on text that is too deep. Strings are skipped: an asset is one. */
const nestsDeeper = (text: string, maxDepth: number): boolean => {
  if (text.length <= maxDepth) return false
  let depth = 0
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index)
    if (code === quote) index = endOfString(text, index)
    else if (code === 0x5b || code === 0x7b) {
      if (++depth > maxDepth) return true
    } else if (code === 0x5d || code === 0x7d) depth--
  }
  return false
}

/** The closing quote of the string that opens at `start`; the end of the text when the string does not end. */
const endOfString = (text: string, start: number): number => {
  let end = start
  do {
    end = text.indexOf('"', end + 1)
    if (end === -1) return text.length
  } while (isEscaped(text, end))
  return end
}

const isEscaped = (text: string, at: number): boolean => {
  let first = at
  while (text.charCodeAt(first - 1) === backslash) first--
  return (at - first) % 2 === 1
}
