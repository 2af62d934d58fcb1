/**
 * OpenAPI documents in the form that code generators for other languages handle well.
 */
import { Predicate } from "effect"

/**
 * Normalizes a generated document: errors have their own names instead of those of their encoded side, and no object forbids unknown
 * members, since receivers ignore those.
 *
 * @category openapi
 * @since 0.1.0
 */
export const normalizeForCodegen = (document: Record<string, unknown>): Record<string, unknown> => {
  const walk = (node: unknown): unknown => {
    if (Array.isArray(node)) return node.map(walk)
    if (!Predicate.isObject(node)) return typeof node === "string" ? node.replace(encodedReference, "$1") : node
    return Object.fromEntries(
      Object.entries(node)
        .filter(([key, value]) => !(key === "additionalProperties" && value === false))
        .map(([key, value]) => [key.replace(encodedName, "$1"), walk(value)]),
    )
  }
  return Object.fromEntries(Object.entries(document).map(([key, value]) => [key, walk(value)]))
}
const encodedName = /^(\w+)Encoded$/
const encodedReference = /^(#\/components\/schemas\/\w+)Encoded$/
