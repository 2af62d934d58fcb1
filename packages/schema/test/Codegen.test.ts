/**
 * The OpenAPI documents as users in other languages use them: types are generated from them, and code compiles against those types.
 */
import { readFileSync } from "node:fs"
import { compileWith, generateTypes } from "@espalier/testing/GeneratedTypes"
import { describe, expect, test } from "vitest"
import { folder } from "../scripts/generate.ts"

interface Document {
  readonly components: { readonly schemas: { readonly [name: string]: { readonly examples?: ReadonlyArray<unknown> } } }
}

const textOf = (name: string): string => readFileSync(new URL(name, folder), "utf8")

/** Code that assigns every example to the type of its schema. */
const examplesOf = (text: string): string => {
  const { components }: Document = JSON.parse(text)
  return Object.entries(components.schemas)
    .flatMap(([name, { examples = [] }]) =>
      examples.map((example) => `is<Schemas["${name}"]>(${JSON.stringify(example)})`),
    )
    .join("\n")
}

const prelude = `import type { components, operations } from "./types.ts"
type Schemas = components["schemas"]
declare const is: <A>(value: A) => void
`

describe("openapi.json with openapi-typescript", { timeout: 60_000 }, () => {
  const text = textOf("openapi.json")

  test("every example has the generated type", async () => {
    const examples = examplesOf(text)
    expect(examples.split("\n").length).toBeGreaterThan(30)
    expect(await compileWith(await generateTypes(text), prelude + examples)).toEqual([])
  })

  test("a tag narrows its union, and other values do not compile", async () => {
    const code = `${prelude}
export const describe = (event: Schemas["Event"]): string => {
  switch (event._tag) {
    case "Authenticate": return event.serialNumber ?? ""
    case "TokenUpdate": return event.pushMagic
    case "CheckOut": return ""
    case "CommandResult": return event.commandUUID
    case "DeclarationStatus": return String(event.report.FullReport)
    case "IdentityExpiring": return event.expiresAt
  }
}
is<operations["checkin"]["responses"][200]["content"]["application/json"]>({ _tag: "DdmSync", serverToken: "t" })
is<Schemas["Command"]>({ _tag: "Command", commandUUID: "c", requestType: "r", payload: { a: [1, { b: { $data: "" } }] } })
is<Schemas["DeclarationAnswer"]>(null)
// @ts-expect-error: an unknown tag
is<Schemas["Manifest"]>({ _tag: "Wipe" })
// @ts-expect-error: no server token
is<Schemas["Manifest"]>({ _tag: "DdmSync" })
// @ts-expect-error: a declaration has a payload
is<Schemas["Declaration"]>({ Type: "t", Identifier: "i", ServerToken: "s" })
`
    expect(await compileWith(await generateTypes(text), code)).toEqual([])
  })
})

test("notifications.openapi.json with openapi-typescript: every example has the generated type", {
  timeout: 60_000,
}, async () => {
  const text = textOf("notifications.openapi.json")
  const examples = examplesOf(text)
  expect(examples.split("\n").length).toBeGreaterThan(5)
  expect(await compileWith(await generateTypes(text), prelude + examples)).toEqual([])
})
