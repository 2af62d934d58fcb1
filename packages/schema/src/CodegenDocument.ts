/**
 * OpenAPI documents in the form that code generators for other languages handle well.
 */
import { Predicate } from "effect"

/**
 * Normalizes a generated document.
 *
 * **Details**
 *
 * - Errors have their own names instead of those of their encoded side.
 * - A union of tagged objects is `oneOf` with a `discriminator`, and a tag is a `const`.
 * - No object forbids unknown members, since receivers ignore those; an object without members may have any.
 * - Every array has `items`.
 *
 * @category openapi
 * @since 0.1.0
 */
export const normalizeDocument = (document: Record<string, unknown>): Record<string, unknown> => {
  const schemas = Object(Object(document["components"])["schemas"])

  const tagOf = (member: unknown): string | undefined => {
    const reference = Object(member)["$ref"]
    if (typeof reference !== "string") return undefined
    const { properties } = Object(schemas[reference.slice("#/components/schemas/".length)])
    const [tag, ...others] = Object(Object(properties)["_tag"])["enum"] ?? []
    return typeof tag === "string" && others.length === 0 ? tag : undefined
  }

  const taggedUnion = (members: ReadonlyArray<unknown>) => {
    const entries = members.flatMap((member) => {
      const tag = tagOf(member)
      return tag === undefined ? [] : [[tag, walk(Object(member)["$ref"])] as const]
    })
    return entries.length > 1 && entries.length === members.length
      ? { oneOf: members.map(walk), discriminator: { propertyName: "_tag", mapping: Object.fromEntries(entries) } }
      : undefined
  }

  const member = (key: string, value: unknown): Record<string, unknown> => {
    if (key === "additionalProperties" && value === false) return {}
    if (key === "enum" && Array.isArray(value) && value.length === 1) return { const: value[0] }
    // A struct with a rest of any JSON.
    if (key === "allOf" && JSON.stringify(value) === anyRest) return { additionalProperties: {} }
    if (key === "anyOf" && Array.isArray(value)) return taggedUnion(value) ?? { anyOf: value.map(walk) }
    return { [key.replace(encodedName, "$1")]: walk(value) }
  }

  const walk = (node: unknown): unknown => {
    if (Array.isArray(node)) return node.map(walk)
    if (!Predicate.isObject(node)) return typeof node === "string" ? node.replace(encodedReference, "$1") : node
    const entries = Object.entries(node).flatMap(([key, value]) => Object.entries(member(key, value)))
    return { ...Object.fromEntries(entries), ...openEnd(node) }
  }
  return Object.fromEntries(Object.entries(document).map(([key, value]) => [key, walk(value)]))
}

/** Generators read "any object" and "any array" as empty ones unless they are spelled out. */
const openEnd = (node: object): Record<string, unknown> => {
  const has = (key: string) => Object.hasOwn(node, key)
  if (Object(node).type === "array" && !has("items")) return { items: {} }
  const isAnyObject = Object(node).type === "object" && !["properties", "additionalProperties", "allOf"].some(has)
  return isAnyObject ? { additionalProperties: {} } : {}
}

const anyRest = JSON.stringify([{ type: "object", additionalProperties: {} }])
const encodedName = /^(\w+)Encoded$/
const encodedReference = /^(#\/components\/schemas\/\w+)Encoded$/

/**
 * Normalizes a generated document, and replaces its recursive `PropertyList` with any JSON: many generators fail on recursion, and few have
 * `propertyNames`.
 *
 * @category openapi
 * @since 0.1.0
 */
export const normalizeForCodegen = (document: Record<string, unknown>): Record<string, unknown> => {
  const { components, ...rest } = normalizeDocument(document)
  const { schemas, ...others } = Object(components)
  const flat = Object.fromEntries(
    Object.entries(Object(schemas)).map(([name, schema]) => {
      const { description, examples, type } = Object(schema)
      if (name === "PropertyList") return [name, { description }]
      if (name === "PropertyListDictionary") return [name, { type, additionalProperties: {}, description, examples }]
      return [name, schema]
    }),
  )
  return { ...rest, components: { ...others, schemas: flat } }
}
