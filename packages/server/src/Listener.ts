/**
 * Where the server listens: plain behind a proxy, or with TLS of its own from files that may be renewed while it runs.
 *
 * With its own TLS it asks devices for their identity certificate and takes whatever they show: who it is, and whether that counts, is decided
 * by the message (`DeviceIdentity`).
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
  /** Connections at a time; more are closed at once. Default 10,000. */
  readonly maxConnections?: number | undefined
}

/**
 * TLS files that cannot be used; the message says which and why.
 *
 * @category errors
 * @since 0.1.0
 */
export class TlsError extends Schema.TaggedError<TlsError>()("TlsError", { message: Schema.String }) {}

/**
 * Request line and headers together, in bytes: an identity in a header is large.
 *
 * @category constants
 * @since 0.1.0
 */
export const maxHeaderSize = 32_768

const limits = {
  headersTimeout: 15_000,
  requestTimeout: 60_000,
  connectionsCheckingInterval: 5_000,
  maxHeaderSize,
}

/** How often the files are looked at. */
const lookEvery = "10 seconds"

/**
 * An `HttpServer` that is ready to be given an app.
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
        gracefulShutdownTimeout: "20 seconds",
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
  }).pipe(Effect.catch((error) => Effect.logWarning(`The old TLS certificate stays: ${error.message}`)))
  yield* Effect.forkScoped(Effect.repeat(reload, Schedule.spaced(lookEvery)))
  return server
})

const read = (files: TlsFiles): Effect.Effect<{ readonly cert: string; readonly key: string }, TlsError> =>
  Effect.tryPromise({
    try: async () => {
      const [cert, key] = await Promise.all([readFile(files.certificate, "utf8"), readFile(files.key, "utf8")])
      // By itself, an empty text is taken for no certificate at all.
      if (!new X509Certificate(cert).checkPrivateKey(createPrivateKey(key)))
        throw new Error("they do not belong together")
      createSecureContext({ cert, key })
      return { cert, key }
    },
    catch: (error) =>
      new TlsError({
        message: `${files.certificate} and ${files.key} are not a certificate and its key: ${error instanceof Error ? error.message : "unreadable"}`,
      }),
  })

/** Changes with either file, also to one that is older: another may have been moved to its place. */
const versionOf = (files: TlsFiles): Effect.Effect<string, TlsError> =>
  Effect.tryPromise({
    try: async () => {
      const found = await Promise.all([stat(files.certificate), stat(files.key)])
      return found.map(({ ino, size, mtimeMs, ctimeMs }) => `${ino} ${size} ${mtimeMs} ${ctimeMs}`).join()
    },
    catch: () => new TlsError({ message: `${files.certificate} or ${files.key} is gone` }),
  })
