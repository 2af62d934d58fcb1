/**
 * The tokens of declarations. A token is a SHA-256 over canonical JSON: it changes exactly when the content changes. The order of keys and the
 * time of writing do not matter, and content that is restored has its former token.
 */
import { createHash } from "node:crypto"
import type { DeclarationItem, DeclarationItems, DeclarationTokens, DeclarationType } from "@espalier/schema"
import type { Schema } from "effect"
import type { Declaration, DeclarationContent } from "./Declaration.ts"

/**
 * A declaration of this content, with its identifier and its token.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (identifier: string, { Payload, Type }: DeclarationContent): Declaration => ({
  Type,
  Identifier: identifier,
  ServerToken: sha256({ Identifier: identifier, Payload, Type }),
  Payload,
})

/**
 * Whether it is an activation, a configuration, …: Apple's type names say which.
 *
 * @category predicates
 * @since 0.1.0
 */
export const isOfKind = ({ Type }: DeclarationContent, kind: DeclarationType): boolean =>
  Type.startsWith(`com.apple.${kind}.`)

/**
 * Declarations as the webhook lists them, each kind in the order of identifiers.
 *
 * @category conversions
 * @since 0.1.0
 */
export const itemsOf = (declarations: Iterable<Declaration>): DeclarationItems => {
  const all = [...declarations].sort((a, b) => (a.Identifier < b.Identifier ? -1 : 1))
  const items = (kind: DeclarationType): ReadonlyArray<DeclarationItem> =>
    all
      .filter((declaration) => isOfKind(declaration, kind))
      .map(({ Identifier, ServerToken }) => ({ identifier: Identifier, serverToken: ServerToken }))
  return {
    activations: items("activation"),
    configurations: items("configuration"),
    assets: items("asset"),
    management: items("management"),
  }
}

/**
 * One token a kind, also for a kind without declarations.
 *
 * @category tokens
 * @since 0.1.0
 */
export const tokensOf = (items: DeclarationItems): DeclarationTokens => ({
  activationsToken: sha256(items.activations),
  configurationsToken: sha256(items.configurations),
  assetsToken: sha256(items.assets),
  managementToken: sha256(items.management),
})

const sha256 = (json: Schema.Json): string => createHash("sha256").update(canonical(json)).digest("hex")

/** JSON with sorted keys and no spaces. */
const canonical = (json: Schema.Json): string => {
  if (isArray(json)) return `[${json.map(canonical).join()}]`
  if (typeof json !== "object" || json === null) return JSON.stringify(json)
  const members = Object.entries(json).sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${members.map(([key, value]) => `${JSON.stringify(key)}:${canonical(value)}`).join()}}`
}

/** `Array.isArray` does not narrow read-only arrays. */
const isArray = (json: Schema.Json): json is ReadonlyArray<Schema.Json> => Array.isArray(json)
