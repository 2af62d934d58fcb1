/**
 * The whole product on free ports: the backend, the whitelabel server in front of it with a fresh authority, and a link to enroll by.
 */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { ExchangeLog } from "@espalier/devices"
import { Server } from "@espalier/server"
import { Context, Duration, Effect, Layer, References } from "effect"
import { HttpServer } from "effect/http"
import * as Backend from "../src/Backend.ts"
import * as EnrollmentLink from "../src/EnrollmentLink.ts"

/** A folder that goes with the scope. */
export const folder = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "espalier-test-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true })),
)

/** The whitelabel server before the backend of the context. */
export const start = Effect.gen(function* () {
  const dataDirectory = yield* folder
  const { record } = yield* ExchangeLog
  const context = yield* Layer.build(
    Server.layer({
      port: 0,
      host: "127.0.0.1",
      backend: { baseUrl: yield* Backend.BackendUrl },
      dataDirectory,
      onExchange: record,
    }).pipe(Layer.provide(Layer.succeed(References.MinimumLogLevel, "Error"))),
  )
  const server = HttpServer.formatAddress(Context.get(context, HttpServer.HttpServer).address)
  const { url: link } = yield* Effect.provide(
    EnrollmentLink.create(server, Duration.hours(1)),
    Server.state({ dataDirectory }),
  )
  return { server, link }
})
