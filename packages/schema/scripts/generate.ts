/**
 * Writes the documents for other languages: `generated/openapi.json` for the management webhooks, `generated/management.schema.json` with the
 * same components as JSON Schema, and `generated/notifications.openapi.json` for receivers of notifications.
 *
 * All derive from `ManagementApi` and `NotificationWebhooks`. Run: `node --conditions=@espalier/source packages/schema/scripts/generate.ts`
 */
import { mkdir, writeFile } from "node:fs/promises"
import { Predicate } from "effect"
import { OpenApi } from "effect/http-api"
import { ManagementApi, NotificationWebhooks, normalizeDocument } from "../src/index.ts"

/** The folder of the files. A test checks that they are current. */
export const folder = new URL("../generated/", import.meta.url)

const inDefs = (node: unknown): unknown => {
  if (Array.isArray(node)) return node.map(inDefs)
  if (!Predicate.isObject(node)) return node
  return Object.fromEntries(
    Object.entries(node)
      // OpenAPI's alone.
      .filter(([key]) => key !== "discriminator")
      .map(([key, value]) => [
        key,
        key === "$ref" && typeof value === "string"
          ? value.replace("#/components/schemas/", "#/$defs/")
          : inDefs(value),
      ]),
  )
}

const print = (document: unknown): string => `${JSON.stringify(document, null, 2)}\n`

/** Sorts the components, so that a small change is a small diff. */
const sorted = (document: OpenApi.OpenAPISpec): OpenApi.OpenAPISpec => {
  const schemas = Object.fromEntries(
    Object.entries(document.components.schemas).sort(([one], [other]) => (one < other ? -1 : 1)),
  )
  return { ...document, components: { ...document.components, schemas } }
}

/** The files' texts by name. */
export const generate = (): Readonly<Record<string, string>> => {
  const management = sorted(OpenApi.fromApi(ManagementApi))
  // JSON Schema has the recursion of property lists, which the document for code generators lacks.
  const whole = sorted(OpenApi.fromApi(ManagementApi.annotate(OpenApi.Transform, normalizeDocument)))
  return {
    "openapi.json": print(management),
    "management.schema.json": print({
      $schema: "https://json-schema.org/draft/2020-12/schema",
      $id: "urn:espalier:management",
      title: management.info.title,
      description: "Every request, answer and error by name, under $defs",
      $defs: inDefs(whole.components.schemas),
    }),
    "notifications.openapi.json": print(sorted(OpenApi.fromApi(NotificationWebhooks))),
  }
}

if (import.meta.main) {
  await mkdir(folder, { recursive: true })
  for (const [name, text] of Object.entries(generate())) await writeFile(new URL(name, folder), text)
}
