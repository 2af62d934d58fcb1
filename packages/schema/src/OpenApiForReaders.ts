/**
 * OpenAPI as readers in other languages want it.
 */
import { Predicate } from "effect"

/**
 * Transforms a generated document: errors stand under their own names, not those of their encoded side, and no object is closed to unknown
 * members, since receivers ignore those.
 *
 * @category openapi
 * @since 0.1.0
 */
export const forReaders = (document: Record<string, unknown>): Record<string, unknown> => {
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
