/**
 * Options: what is refused, and that a refusal never shows what was given.
 */
import { describe, expect, it } from "@effect/vitest"
import { Effect, Layer, Result } from "effect"
import * as BaseUrl from "../../src/Backend/BaseUrl.ts"
import { type BackendOptions, ManagementBackend } from "../../src/Backend/index.ts"

describe("a base URL", () => {
  it.each([
    ["https://backend.example.com", "https://backend.example.com"],
    ["https://backend.example.com/", "https://backend.example.com"],
    ["https://backend.example.com/tenant-a", "https://backend.example.com/tenant-a"],
    ["https://backend.example.com:8443/tenant-a///", "https://backend.example.com:8443/tenant-a"],
    ["http://[::1]:80/a%20b/", "http://[::1]/a%20b"],
  ])("%s is put before a path as %s", (text, prefix) => {
    expect(Result.getOrThrow(BaseUrl.parse(text)).prefix).toBe(prefix)
  })

  it.each([
    ["backend.example.com", "must be an absolute URL"],
    ["", "must be an absolute URL"],
    ["ftp://backend.example.com", "must start with https: or http:"],
    ["https://user:s3cret@backend.example.com", "contains credentials"],
    ["https://s3cret@backend.example.com", "contains credentials"],
    ["https://backend.example.com/?key=s3cret", "has a query"],
    ["https://backend.example.com/?", "has a query"],
    ["https://backend.example.com/#s3cret", "has a fragment"],
  ])("%s is refused: %s", (text, why) => {
    const refused = Result.getOrThrow(Result.flip(BaseUrl.parse(text)))
    expect(refused).toContain(why)
    expect(refused).not.toContain("s3cret")
  })
})

describe("a layer", () => {
  const wrong: ReadonlyArray<readonly [string, Partial<BackendOptions>]> = [
    ["baseUrl", { baseUrl: "/relative" }],
    ["timeout", { timeout: 0 }],
    ["timeout", { timeout: "100 days" }],
    ["connectTimeout", { connectTimeout: -1 }],
    ["concurrency", { concurrency: 0 }],
    ["queue", { queue: 1.5 }],
    ["maxResponseBytes", { maxResponseBytes: Number.NaN }],
    ["retries", { retries: -1 }],
    ["circuitBreaker.failures", { circuitBreaker: { failures: 0 } }],
    ["circuitBreaker.openFor", { circuitBreaker: { openFor: 0 } }],
  ]
  it.effect.each(wrong)("does not start with a wrong %s", ([option, options]) =>
    Effect.gen(function* () {
      const layer = ManagementBackend.layer({ baseUrl: "https://backend.example.com", ...options })
      const error = yield* Effect.flip(Effect.scoped(Layer.build(layer)))
      expect(error).toMatchObject({ _tag: "InvalidBackendOptions", option })
      expect(error.message).toContain(option)
    }),
  )
})
