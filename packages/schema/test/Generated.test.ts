/**
 * The generated documents for other languages are current and consistent.
 */
import { readdir, readFile } from "node:fs/promises"
import { describe, expect, it } from "@effect/vitest"
import { Predicate } from "effect"
import { folder, generate } from "../scripts/generate.ts"
import { notificationEvents, RequestError, WebhookError, webhooks } from "../src/index.ts"

const files = generate()
const outdated = "is outdated: run node --conditions=@espalier/source packages/schema/scripts/generate.ts"

describe("generated/", () => {
  it("contains only these files", async () => {
    expect((await readdir(folder)).sort()).toEqual(Object.keys(files).sort())
  })

  it.each(Object.entries(files))("%s is current", async (name, text) => {
    expect((await readFile(new URL(name, folder), "utf8")) === text, `generated/${name} ${outdated}`).toBe(true)
  })

  it.each(Object.entries(files))("%s: every reference resolves", (_name, text) => {
    const document: unknown = JSON.parse(text)
    const references = [...text.matchAll(/"\$ref": "([^"]+)"/g)].map((match) => match[1] ?? "")
    expect(references.length).toBeGreaterThan(20)
    for (const reference of new Set(references)) {
      expect(resolve(document, reference), reference).toBeDefined()
    }
  })

  it.each(Object.entries(files))("%s: no object forbids unknown members", (_name, text) => {
    expect(text).not.toContain('"additionalProperties": false')
  })
})

const resolve = (document: unknown, reference: string): unknown =>
  reference
    .slice("#/".length)
    .split("/")
    .reduce((node: unknown, key) => (Predicate.isObject(node) ? Reflect.get(node, key) : undefined), document)

describe("openapi.json", () => {
  const document: unknown = JSON.parse(files["openapi.json"] ?? "")
  const at = (reference: string) => resolve(document, reference)
  const keys = (reference: string) => Object.keys(Object(at(reference)))

  it("is OpenAPI 3.1", () => expect(at("#/openapi")).toBe("3.1.0"))

  it("has one POST for every webhook, and no other operation", () => {
    expect(keys("#/paths")).toEqual(Object.values(webhooks).map((webhook) => webhook.path))
    for (const path of Object.values(Object(at("#/paths")))) expect(Object.keys(Object(path))).toEqual(["post"])
  })

  it("has 204 for events and 200 for the other webhooks", () => {
    for (const [path, { post }] of Object.entries<{ post: { responses: object } }>(Object(at("#/paths")))) {
      expect(Object.keys(post.responses)[0]).toBe(path.endsWith("/event") ? "204" : "200")
    }
  })

  it("names components as the protocol does", () => {
    const names = keys("#/components/schemas")
    expect(names).toEqual(expect.arrayContaining(Object.keys({ ...WebhookError.cases, ...RequestError.cases })))
    expect(names).toEqual(expect.arrayContaining(["Scope", "Event", "Manifest", "PropertyList", "DeclarationAnswer"]))
    expect(names.filter((name) => /Encoded|[_\d]/.test(name))).toEqual([])
  })
})

describe("notifications.openapi.json", () => {
  const document: unknown = JSON.parse(files["notifications.openapi.json"] ?? "")
  const at = (reference: string) => resolve(document, reference)
  const names = Object.keys(notificationEvents)

  it("has a webhook for every subscription, and no paths", () => {
    expect(at("#/openapi")).toBe("3.1.0")
    expect(at("#/paths")).toBeUndefined()
    expect(Object.keys(Object(at("#/webhooks")))).toEqual(names)
  })

  it.each(names)("%s has its schema, the three headers, and the responses 2XX, 410 and default", (name) => {
    expect(at(`#/webhooks/${name}`)).toMatchObject({ post: { operationId: name, requestBody: { required: true } } })
    expect(at(`#/webhooks/${name}/post/requestBody/content`)).toEqual({
      "application/json": { schema: { $ref: expect.stringMatching(/^#\/components\/schemas\/[A-Z]\w+$/) } },
    })
    expect(at(`#/webhooks/${name}/post/parameters`)).toMatchObject(
      ["webhook-id", "webhook-timestamp", "webhook-signature"].map((header) => ({
        name: header,
        in: "header",
        required: true,
      })),
    )
    expect(Object.keys(Object(at(`#/webhooks/${name}/post/responses`))).sort()).toEqual(["2XX", "410", "default"])
  })
})
