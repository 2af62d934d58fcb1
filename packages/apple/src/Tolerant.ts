/**
 * Decoding of a device's message in which one odd value must not lose the rest.
 *
 * The envelope decides: who sent it, which message, which command. A known key whose value has another type than Apple's is renamed: `NotOnConsole`
 * becomes `InvalidNotOnConsole` and keeps its value. So nothing is lost, and nothing has a value of the wrong type.
 */
import { Plist } from "@espalier/plist"
import { Result, SchemaIssue } from "effect"
import { fromIssue, type InvalidMessage } from "./MessageError.ts"

const format = SchemaIssue.makeFormatterStandardSchemaV1()

/** The first keys of the path of the first issue. */
const placeOf = (issue: SchemaIssue.Issue): PropertyKey | undefined => {
  const [first] = format(issue).issues[0]?.path ?? []
  return typeof first === "object" ? first.key : first
}

/**
 * The name under which an odd value is kept.
 *
 * @category constructors
 * @since 0.1.0
 */
export const invalidName = (key: string): string => `Invalid${key}`

/** A key that is odd, and the entries that replace it. */
type Replace = (key: string, value: unknown) => { readonly [key: string]: unknown }

const rename: Replace = (key, value) => ({ [invalidName(key)]: value })

/**
 * Keeps the items that satisfy a schema under their key, and the others under its odd name.
 *
 * @category combinators
 * @since 0.1.0
 */
export const partition =
  (isItem: (item: unknown) => boolean): Replace =>
  (key, value) => {
    if (!Array.isArray(value)) return rename(key, value)
    const items: ReadonlyArray<unknown> = value
    const kept = items.filter(isItem)
    return { ...(kept.length === 0 ? {} : { [key]: kept }), [invalidName(key)]: items.filter((item) => !isItem(item)) }
  }

/**
 * A decoder that renames odd values, except those of required keys: they are the envelope.
 *
 * @category constructors
 * @since 0.1.0
 */
export const decoder = <A>(
  decode: (input: unknown) => Result.Result<A, SchemaIssue.Issue>,
  options: { readonly required: ReadonlySet<string>; readonly replace?: { readonly [key: string]: Replace } },
) => {
  const retry = (input: unknown, attempts: number): Result.Result<A, InvalidMessage> => {
    const decoded = decode(input)
    if (Result.isSuccess(decoded)) return Result.succeed(decoded.success)
    const key = placeOf(decoded.failure)
    if (
      typeof key !== "string" ||
      attempts === 0 ||
      options.required.has(key) ||
      !Plist.isDictionary(input) ||
      !Object.hasOwn(input, key)
    ) {
      return Result.fail(fromIssue(decoded.failure))
    }
    const { [key]: odd, ...rest } = input
    return retry({ ...rest, ...(options.replace?.[key] ?? rename)(key, odd) }, attempts - 1)
  }
  return (input: unknown) => retry(input, maxAttempts)
}

/** More than the known keys of any message. */
const maxAttempts = 32

/**
 * The names of the odd values that a decoded message keeps, for a log.
 *
 * @category accessors
 * @since 0.1.0
 */
export const invalidKeys = (message: object): ReadonlyArray<string> =>
  Object.keys(message).filter((key) => /^Invalid[A-Z]/.test(key))
