/**
 * Form values as a command's payload, or the problems by field.
 */

import type { PropertyList, PropertyListDictionary } from "@espalier/schema"
import { PropertyListDictionary as Dictionary } from "@espalier/schema"
import { Result, Schema } from "effect"
import type { CommandForm, Field } from "./CommandForms.ts"

/** Form values by key. A file is base64. */
export interface Filled {
  readonly texts: Readonly<Record<string, string>>
  readonly choices: Readonly<Record<string, ReadonlyArray<string>>>
}

export const nothingFilled: Filled = { texts: {}, choices: {} }

type Problems = Readonly<Record<string, string>>

const valueOf = (field: Field, { texts, choices }: Filled): Result.Result<PropertyList | undefined, string> => {
  const text = (texts[field.key] ?? "").trim()
  switch (field.kind) {
    case "choices": {
      const chosen = choices[field.key] ?? []
      return Result.succeed(chosen.length === 0 ? field.choices : chosen)
    }
    case "file":
      return text === "" ? Result.fail("Choose a file.") : Result.succeed({ $data: text })
    case "text": {
      if (text === "") return field.required ? Result.fail("This field is required.") : Result.succeed(undefined)
      const { pattern } = field
      return pattern === undefined || pattern.matches.test(text) ? Result.succeed(text) : Result.fail(pattern.message)
    }
  }
}

export const payloadOf = (form: CommandForm, filled: Filled): Result.Result<PropertyListDictionary, Problems> => {
  const payload: Record<string, PropertyList> = {}
  const problems: Record<string, string> = {}
  for (const field of form.fields) {
    const value = valueOf(field, filled)
    if (Result.isFailure(value)) problems[field.key] = value.failure
    else if (value.success !== undefined) payload[field.key] = value.success
  }
  return Object.keys(problems).length === 0 ? Result.succeed(payload) : Result.fail(problems)
}

const decodeJson = Schema.decodeUnknownResult(Schema.fromJsonString(Dictionary))

/** A payload entered as JSON; an empty text is an empty payload. */
export const payloadOfJson = (json: string): Result.Result<PropertyListDictionary, string> =>
  Result.mapError(
    decodeJson(json.trim() === "" ? "{}" : json),
    () =>
      'Enter a JSON object, such as {"Queries": ["OSVersion"]}. Data is {"$data": "base64"}, a date {"$date": "…Z"}.',
  )
