/**
 * What the handler adds to a bundle, beside the same webhooks on Effect's own `HttpApiBuilder`.
 */
import { gzipSync } from "node:zlib"
import { build } from "vite"
import { describe, expect, test } from "vitest"

/** The size of a program, bundled for a worker, minified and compressed. */
const sizeOf = async (code: string): Promise<number> => {
  const entry = "virtual:program"
  const result = await build({
    configFile: false,
    logLevel: "silent",
    root: import.meta.dirname,
    plugins: [
      {
        name: "program",
        resolveId: (id) => (id === entry ? `${import.meta.dirname}/program.ts` : undefined),
        load: (id) => (id === `${import.meta.dirname}/program.ts` ? code : undefined),
      },
    ],
    resolve: { conditions: ["@espalier/source", "module", "import", "default"] },
    build: {
      write: false,
      minify: true,
      target: "es2024",
      modulePreload: false,
      rolldownOptions: { input: entry, external: [/^node:/], output: { codeSplitting: false } },
    },
  })
  const outputs = [result].flat().flatMap((one) => ("output" in one ? one.output : []))
  const bundle = outputs.map((output) => (output.type === "chunk" ? output.code : "")).join("")
  return gzipSync(bundle).byteLength
}

const handler = `
import { Handler, Webhooks, WebhookVerifier } from "@espalier/handler"
import { Layer } from "effect"

const backend = Handler.layer({
  event: {
    Authenticate: Handler.notSupported,
    TokenUpdate: Handler.notSupported,
    CheckOut: Handler.notSupported,
    CommandResult: Handler.notSupported,
    DeclarationStatus: Handler.notSupported,
    IdentityExpiring: Handler.notSupported,
  },
  checkin: Handler.notSupported,
  asset: Handler.notSupported,
  ...Handler.declarativeManagementNotSupported,
  ...Handler.optionalNotSupported,
})
globalThis.handler = Webhooks.toFetchHandler(Layer.merge(backend, WebhookVerifier.layerUnsigned)).handler
`

const builder = `
import { ManagementApi, ManagementNotSupported, webhooks } from "@espalier/schema"
import { Effect, Layer } from "effect"
import { HttpRouter } from "effect/http"
import { HttpApiBuilder } from "effect/http-api"

const notSupported = () => Effect.fail(new ManagementNotSupported({}))
const group = HttpApiBuilder.group(ManagementApi, "webhook", (handlers) =>
  handlers.handleAll(Object.fromEntries(Object.keys(webhooks).map((name) => [name, notSupported]))),
)
globalThis.handler = HttpRouter.toWebHandler(HttpApiBuilder.layer(ManagementApi).pipe(Layer.provide(group))).handler
`

const reference = `${handler}
import { layerReference } from "@espalier/handler/reference"
globalThis.reference = layerReference
`

describe("bundle", { timeout: 60_000 }, () => {
  test("is at most 1.15 times as large as HttpApiBuilder alone", async () => {
    expect(await sizeOf(handler)).toBeLessThan(1.15 * (await sizeOf(builder)))
  })

  test("contains the API reference only when it is imported", async () => {
    expect(await sizeOf(reference)).toBeGreaterThan(3 * (await sizeOf(handler)))
  })
})
