/**
 * The HTTP/1.1 connections to a backend: an undici pool of its own, closed with its scope.
 *
 * It follows no redirect, asks for no compression, speaks no HTTP/2 and keeps at most `concurrency` connections. A
 * failure to connect comes out as {@link ConnectFailure}, and only that: then no byte of a request was sent.
 */
import { NodeHttpClient } from "@effect/platform-node"
import * as Undici from "@effect/platform-node/Undici"
import { Effect, type Scope } from "effect"
import type { HttpClient } from "effect/http"
import type { Resolved } from "./BackendOptions.ts"

/**
 * No connection, so the request certainly was not seen. `code` is the system's, OpenSSL's or undici's.
 *
 * @category errors
 * @since 0.1.0
 */
export class ConnectFailure extends Error {
  readonly code: string
  constructor(cause: Error) {
    super("no connection", { cause })
    this.code = codeOf(cause)
  }
}

/**
 * The `code` of a Node error, its name when it has none. Safe to log: neither holds anything of a URL.
 *
 * @category accessors
 * @since 0.1.0
 */
export const codeOf = (error: unknown): string => {
  if (!(error instanceof Error)) return "unknown"
  if ("code" in error && typeof error.code === "string") return error.code
  // Both address families failed: the first says enough.
  return error instanceof AggregateError ? codeOf(error.errors[0]) : error.name
}

const connector = ({ connectTimeout, tls }: Resolved): Undici.buildConnector.connector => {
  const connect = Undici.buildConnector({
    timeout: connectTimeout,
    allowH2: false,
    ...(tls.ca === undefined ? {} : { ca: typeof tls.ca === "string" ? tls.ca : [...tls.ca] }),
    ...(tls.cert === undefined ? {} : { cert: tls.cert }),
    ...(tls.key === undefined ? {} : { key: tls.key }),
  })
  return (options, callback) =>
    connect(options, (...[error, socket]) =>
      error === null ? callback(null, socket) : callback(new ConnectFailure(error), null),
    )
}

/**
 * @category constructors
 * @since 0.1.0
 */
export const make = (options: Resolved): Effect.Effect<HttpClient.HttpClient, never, Scope.Scope> =>
  Effect.gen(function* () {
    const dispatcher = yield* NodeHttpClient.makeDispatcherOptions({
      connect: connector(options),
      connections: options.concurrency,
      pipelining: 1,
      allowH2: false,
    })
    return yield* Effect.provideService(NodeHttpClient.makeUndici, NodeHttpClient.Dispatcher, dispatcher)
  })
