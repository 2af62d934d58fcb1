/**
 * What operators and their collectors get of requests to the HTTP API: who asked for what, and no secret.
 */
import { expect, it } from "@effect/vitest"
import { enrolled } from "@espalier/testing/Events"
import { Effect, Layer, Logger, References, Tracer } from "effect"
import * as ApiHarness from "./ApiHarness.ts"

it.live("keeps keys, signing secrets and bodies out of logs and traces", () =>
  Effect.gen(function* () {
    const spans: Array<Tracer.NativeSpan> = []
    const lines: Array<string> = []
    const tracer = Tracer.make({
      span: (options) => {
        const span = new Tracer.NativeSpan(options)
        spans.push(span)
        return span
      },
    })
    const observing = Layer.mergeAll(
      Layer.succeed(Tracer.Tracer, tracer),
      Layer.succeed(References.MinimumLogLevel, "All"),
      Logger.layer([Logger.map(Logger.formatJson, (line) => void lines.push(line))]),
    )
    const { call, key, sql } = yield* Effect.provide(ApiHarness.make({ worker: false, logged: true }), observing)
    const headers = { cookie: `espalier_session=${key}`, "sec-fetch-site": "same-origin" }
    yield* call("POST", "/session", { key: null, body: { key } })
    yield* call("GET", "/session", { key: null, headers })
    const made = yield* call("POST", "/workspaces/acme/integrations", {
      body: { url: "http://127.0.0.1:4000/", events: ["device_enrolled"] },
    })
    const { integration, secret } = Object(made.json)
    const rotated = yield* call("POST", `/workspaces/acme/integrations/${integration.id}/rotate-secret`)
    yield* call("POST", "/workspaces/acme/events", { key: null, headers, body: enrolled("Private Mac") })
    yield* call("POST", "/workspaces/acme/events", { body: { ...enrolled("Private Mac"), mdmUser: "Ada Private" } })
    yield* sql`DROP TABLE espalier_integration`
    yield* call("GET", "/workspaces/acme/integrations")

    const traced = spans.flatMap(({ name, attributes, events }) => [name, ...attributes, ...events].map(String))
    const told = [...lines, ...traced].join("\n")
    expect(lines.join("\n")).toContain("/api/workspaces/acme/events")
    expect(lines.join("\n")).toContain("the database failed")
    expect(traced.join("\n")).toContain("/api/workspaces/:workspace/integrations")
    expect(traced).toContain(`espalier.key,${key.slice(3, 19)}`)
    for (const hidden of [
      key.slice(20),
      secret.slice(6),
      Object(rotated.json).secret.slice(6),
      "Private",
      "ada@example.com",
    ]) {
      expect(told).not.toContain(hidden)
    }
  }),
)
