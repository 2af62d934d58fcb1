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

  it("distinguishes the members of every tagged union by their tag", () => {
    for (const name of ["Scope", "Event", "Manifest", "EnrollAnswer", "UserAuthenticateAnswer", "AdoptAnswer"]) {
      const union = Object(at(`#/components/schemas/${name}`))
      expect(union.discriminator.propertyName, name).toBe("_tag")
      expect(Object.values(union.discriminator.mapping), name).toEqual(
        union.oneOf.map(({ $ref }: { $ref: string }) => $ref),
      )
      for (const [tag, reference] of Object.entries<string>(union.discriminator.mapping)) {
        expect(Object(at(`${reference}/properties/_tag`)).const, name).toBe(tag)
      }
    }
  })

  it("has no recursion, and spells out every array and every object", () => {
    expect(JSON.stringify(at("#/components/schemas/PropertyList"))).not.toContain("$ref")
    const visit = (node: unknown): void => {
      if (!Predicate.isObject(node) && !Array.isArray(node)) return
      if (Object(node).type === "array") expect(node).toHaveProperty("items")
      if (Object(node).type === "object" && !("properties" in node)) expect(node).toHaveProperty("additionalProperties")
      for (const value of Object.values(node)) visit(value)
    }
    visit(at("#/components/schemas"))
  })

  it("has the server, the license and the version of the package", async () => {
    const manifest = JSON.parse(await readFile(new URL("../package.json", folder), "utf8"))
    expect(at("#/info")).toMatchObject({ version: manifest.version, license: { identifier: manifest.license } })
    expect(at("#/servers")).toMatchObject([
      { url: "{base}", variables: { base: { default: "http://localhost:3000" } } },
    ])
    expect(JSON.parse(files["notifications.openapi.json"] ?? "").info.version).toBe(manifest.version)
  })

  it("describes the headers of Standard Webhooks at every webhook", () => {
    expect(at("#/security")).toEqual([{ StandardWebhooks: [] }, {}])
    expect(at("#/components/securitySchemes/StandardWebhooks")).toMatchObject({
      in: "header",
      name: "webhook-signature",
    })
    for (const { post } of Object.values<{ post: { parameters: ReadonlyArray<{ $ref: string }> } }>(
      Object(at("#/paths")),
    )) {
      expect(post.parameters.map(({ $ref }) => Object(at($ref)).name)).toEqual(["webhook-id", "webhook-timestamp"])
    }
  })

  it("has the patterns that the schemas enforce", () => {
    const patternOf = (reference: string) => new RegExp(String(Object(at(reference)).pattern), "u")
    const origin = patternOf("#/components/schemas/MdmOrigin/properties/url")
    expect(["https://mdm.example.com", "https://mdm.example.com/"].map((url) => origin.test(url))).toEqual([
      true,
      false,
    ])
    const url = patternOf("#/components/schemas/AssetLocation/properties/url")
    expect(["https://a.example.com/x?y", "ftp://a.example.com"].map((text) => url.test(text))).toEqual([true, false])
  })
})

describe("management.schema.json", () => {
  const document: unknown = JSON.parse(files["management.schema.json"] ?? "")

  it("has an $id, and property lists with their recursion", () => {
    expect(document).toMatchObject({ $id: "urn:espalier:management" })
    expect(JSON.stringify(resolve(document, "#/$defs/PropertyList"))).toContain("#/$defs/PropertyList")
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
