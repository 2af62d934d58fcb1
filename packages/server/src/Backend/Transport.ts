/**
 * The HTTP/1.1 connections to a backend: an undici pool of its own, closed with its scope.
 *
 * It follows no redirects, requests no compression, does not use HTTP/2 and holds at most `concurrency` connections. A failure to connect is a
 * {@link ConnectFailure}; only then is it certain that no byte of a request was sent.
 */
import { NodeHttpClient } from "@effect/platform-node"
import * as Undici from "@effect/platform-node/Undici"
import { Effect, Redacted, type Scope } from "effect"
import type { HttpClient } from "effect/http"
import type { Resolved } from "./BackendOptions.ts"

/**
 * There was no connection, so the backend has not received the request. The cause has a code of the system, OpenSSL or undici.
 *
 * @category errors
 * @since 0.1.0
 */
export class ConnectFailure extends Error {
  constructor(cause: Error) {
    super("no connection", { cause })
  }
}

const connector = ({ connectTimeout, tls: { ca, cert, key } }: Resolved): Undici.buildConnector.connector => {
  const connect = Undici.buildConnector({
    timeout: connectTimeout,
    allowH2: false,
    ...(ca === undefined ? {} : { ca: typeof ca === "string" ? ca : [...ca] }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key: Redacted.isRedacted(key) ? Redacted.value(key) : key }),
  })
  return (options, callback) =>
    connect(options, (...[error, socket]) =>
      error === null ? callback(null, socket) : callback(new ConnectFailure(error), null),
    )
}

/**
 * Makes the HTTP client.
 *
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
