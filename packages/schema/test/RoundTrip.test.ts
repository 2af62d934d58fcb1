/**
 * Both sides of the protocol: an encoded value decodes to the same value, and unknown members are ignored.
 */

import { describe, expect, it } from "@effect/vitest"
import { options } from "@espalier/testing/Property"
import { Effect, Schema, SchemaAST } from "effect"
import * as Protocol from "../src/index.ts"

type AnyCodec = Schema.Codec<unknown, unknown>

const isCodec = (value: unknown): value is AnyCodec => Schema.isSchema(value)

const named: ReadonlyArray<readonly [string, AnyCodec]> = Object.entries(Protocol).flatMap(([name, value]) =>
  isCodec(value) ? [[name, value] as const] : [],
)

const examplesOf = (schema: AnyCodec): ReadonlyArray<unknown> => {
  const annotation = SchemaAST.resolve(schema.ast)?.["examples"]
  return Array.isArray(annotation) ? annotation : []
}

const membersOf = (schema: AnyCodec): ReadonlyArray<AnyCodec> =>
  "members" in schema && Array.isArray(schema.members) ? schema.members.filter(isCodec) : []

describe("examples", () => {
  const withExamples = named
    .flatMap(([name, schema]) => [[name, schema] as const, ...membersOf(schema).map((m) => [name, m] as const)])
    .flatMap(([name, schema]) => examplesOf(schema).map((example) => [name, schema, example] as const))

  it("exist for every request", () => {
    for (const { path, request } of Object.values(Protocol.webhooks)) {
      expect(examplesOf(request).length, path).toBeGreaterThan(0)
    }
  })

  it.each(withExamples)("of %s", (_name, schema, example) => {
    const json: unknown = JSON.parse(JSON.stringify(example))
    expect(Schema.encodeUnknownSync(schema)(Schema.decodeUnknownSync(schema)(json))).toStrictEqual(json)
  })
})

/** JSON turns -0 into 0. */
const throughJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value))

const sides = Object.entries(Protocol.webhooks).flatMap(([name, webhook]) =>
  (["request", "answer"] as const)
    .filter((side) => webhook[side] !== Schema.Void)
    .map((side): readonly [string, AnyCodec] => [`${side} of ${name}`, webhook[side]]),
)

describe("value → JSON → value", () => {
  for (const [title, schema] of [...sides, ["property list", Protocol.PropertyList] as const]) {
    it.effect.prop(
      title,
      [schema],
      ([value]) =>
        Effect.gen(function* () {
          const wire = throughJson(yield* Schema.encodeUnknownEffect(schema)(value))
          const decoded = yield* Schema.decodeUnknownEffect(schema)(wire)
          expect(throughJson(decoded)).toStrictEqual(throughJson(value))
          expect(yield* Schema.encodeUnknownEffect(schema)(decoded)).toStrictEqual(wire)
        }),
      options(),
    )
  }

  it.effect.prop(
    "errors",
    [Protocol.WebhookError],
    ([error]) =>
      Effect.gen(function* () {
        const wire = throughJson(yield* Schema.encodeEffect(Protocol.WebhookError)(error))
        const decoded = yield* Schema.decodeUnknownEffect(Protocol.WebhookError)(wire)
        expect(decoded).toBeInstanceOf(error.constructor)
        expect({ ...decoded, message: decoded.message }).toEqual({ ...error, message: error.message })
      }),
    options(),
  )
})

describe("unknown members", () => {
  it.each(sides.filter(([, schema]) => examplesOf(schema).length > 0))("of %s are ignored", (_title, schema) => {
    for (const example of examplesOf(schema)) {
      if (schema === (Protocol.Declaration as AnyCodec)) continue
      const newer: unknown = JSON.parse(JSON.stringify(example), (_key, value) =>
        typeof value === "object" && value !== null && "_tag" in value ? { ...value, inVersion9: [null] } : value,
      )
      const decoded = Schema.decodeUnknownSync(schema)({ ...Object(newer), inVersion9: { a: 1 } })
      expect(decoded).toStrictEqual(Schema.decodeUnknownSync(schema)(example))
    }
  })

  it("are kept in Apple's own documents", () => {
    const report = { StatusItems: { a: null }, Errors: [{ Reasons: [] }], InVersion9: { b: [1, null] } }
    expect(Schema.decodeUnknownSync(Protocol.StatusReport)(report)).toStrictEqual(report)
    const declaration = { Type: "com.apple.x", Identifier: "i", ServerToken: "t", Payload: { a: null }, InVersion9: 1 }
    expect(Schema.decodeUnknownSync(Protocol.Declaration)(declaration)).toStrictEqual(declaration)
  })
})
