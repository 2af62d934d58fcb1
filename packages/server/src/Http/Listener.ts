/**
 * The server's port: plain HTTP behind a proxy, or TLS with files that can be renewed while it runs.
 *
 * With TLS it requests the identity certificates of devices and accepts any; `DeviceIdentity` verifies them for each message.
 */
import { createPrivateKey, X509Certificate } from "node:crypto"
import { readFile, stat } from "node:fs/promises"
import { createServer as createPlainServer, type Server } from "node:http"
import { createServer as createTlsServer, type Server as TlsServer } from "node:https"
import { createSecureContext } from "node:tls"
import { NodeHttpServer } from "@effect/platform-node"
import { Effect, Layer, Schedule, Schema } from "effect"

/**
 * PEM files: the certificate with its chain, and its private key.
 *
 * @category options
 * @since 0.1.0
 */
export interface TlsFiles {
  readonly certificate: string
  readonly key: string
}

/**
 * @category options
 * @since 0.1.0
 */
export interface ListenerOptions {
  readonly port: number
  readonly host?: string | undefined
  readonly tls?: TlsFiles | undefined
  /** The number of open connections; further ones are closed immediately. Default 10,000. */
  readonly maxConnections?: number | undefined
}

/**
 * TLS files that cannot be used. The message says which and why.
 *
 * @category errors
 * @since 0.1.0
 */
export class TlsError extends Schema.TaggedError<TlsError>()("TlsError", { message: Schema.String }) {}

/**
 * The size limit of request line and headers, in bytes: a certificate in a header is large.
 *
 * @category constants
 * @since 0.1.0
 */
export const maxHeaderSize = 32_768

const limits = {
  headersTimeout: 15_000,
  // The body reader limits bodies by their rate; the largest takes this long at the slowest rate.
  requestTimeout: 3 * 60 * 60 * 1000,
  // Longer than the proxies' own: nginx closes idle connections to its upstreams after 60 s, Caddy after 2 minutes. A proxy must close first, or it sends
  // a request into a connection that is being closed.
  keepAliveTimeout: 150_000,
  connectionsCheckingInterval: 5_000,
  maxHeaderSize,
}

/** How often the files are checked for changes. */
const checkInterval = "10 seconds"

/**
 * An `HttpServer` on the port.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer = (options: ListenerOptions) =>
  Layer.unwrap(
    Effect.gen(function* () {
      const server = yield* options.tls === undefined ? plain : encrypted(options.tls)
      server.maxConnections = options.maxConnections ?? 10_000
      return NodeHttpServer.layer(() => server, {
        port: options.port,
        ...(options.host === undefined ? {} : { host: options.host }),
        // Requests have ended by then (`Drain`); this is for devices that do not read their response.
        gracefulShutdownTimeout: "5 seconds",
      })
    }),
  )

const plain = Effect.sync((): Server => createPlainServer(limits))

const encrypted = Effect.fnUntraced(function* (files: TlsFiles) {
  let seen = yield* Effect.orElseSucceed(versionOf(files), () => "")
  const contents = yield* read(files)
  const server: TlsServer = createTlsServer({
    ...limits,
    ...contents,
    requestCert: true,
    rejectUnauthorized: false,
    minVersion: "TLSv1.2",
  })
  const reload = Effect.gen(function* () {
    const now = yield* versionOf(files)
    if (now === seen) return
    server.setSecureContext(yield* read(files))
    seen = now
    yield* Effect.logInfo("TLS certificate renewed")
  }).pipe(Effect.catch((error) => Effect.logWarning(`The old TLS certificate stays in use: ${error.message}`)))
  yield* Effect.forkScoped(Effect.repeat(reload, Schedule.spaced(checkInterval)))
  return server
})

const read = (files: TlsFiles): Effect.Effect<{ readonly cert: string; readonly key: string }, TlsError> =>
  Effect.tryPromise({
    try: async () => {
      const [cert, key] = await Promise.all([readFile(files.certificate, "utf8"), readFile(files.key, "utf8")])
      // Node takes an empty text for no certificate at all.
      if (!new X509Certificate(cert).checkPrivateKey(createPrivateKey(key)))
        throw new Error("the key does not match the certificate")
      createSecureContext({ cert, key })
      return { cert, key }
    },
    catch: (error) =>
      new TlsError({
        message: `${files.certificate} and ${files.key} are not a certificate and its key: ${error instanceof Error ? error.message : "unreadable"}`,
      }),
  })

/** Changes with either file, also when an older file was moved into its place. */
const versionOf = (files: TlsFiles): Effect.Effect<string, TlsError> =>
  Effect.tryPromise({
    try: async () => {
      const found = await Promise.all([stat(files.certificate), stat(files.key)])
      return found.map(({ ino, size, mtimeMs, ctimeMs }) => `${ino} ${size} ${mtimeMs} ${ctimeMs}`).join()
    },
    catch: () => new TlsError({ message: `${files.certificate} or ${files.key} does not exist` }),
  })
