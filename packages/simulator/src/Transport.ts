/**
 * HTTP as a device speaks it: bounded in time and size, over TLS with the device's identity for servers that ask for it,
 * following redirects without remembering them, every request in the log.
 *
 * A 503 becomes `RetryLater` and no answer `Unreachable`, or, when the device retries automatically, the very same request again after a
 * pause: same bytes, same signature. All other statuses are for the caller to execute.
 */
import { rootCertificates } from "node:tls"
import { NodeHttpClient } from "@effect/platform-node"
import { Certificate } from "@espalier/apple"
import { DateTime, Duration, Effect, Ref, Schedule, type Scope, ScopedRef, Stream } from "effect"
import { HttpClient, HttpClientRequest, type HttpMethod } from "effect/http"
import type * as Exchange from "./Exchange.ts"
import { secondsOf } from "./RetryAfter.ts"
import { type SimulatorError, simulatorError } from "./SimulatorError.ts"

/**
 * How a device connects to its servers.
 *
 * @category models
 * @since 0.1.0
 */
export interface TransportOptions {
  /** Certificates (PEM) to trust beside the public authorities. */
  readonly ca?: string
  /** The longest wait for a response, body included. Default: 30 seconds. */
  readonly timeout?: Duration.Input
  /**
   * Repeats a request after a 503 (after its `Retry-After`) and without a response (immediately, later every second), at most
   * this many times; `true` means 5.
   */
  readonly retrying?: boolean | number
  /**
   * Routes a request to another server, by its number (from 1) and its URL: scheme, host and port come from the result,
   * the rest, the `Host` header included, does not change. For several servers with one name.
   */
  readonly route?: (request: number, url: URL) => string | URL
}

/**
 * A request.
 *
 * @category models
 * @since 0.1.0
 */
export interface Request {
  readonly channel: string
  readonly operation: string
  readonly method: "GET" | "POST" | "PUT"
  readonly url: string
  readonly headers?: { readonly [name: string]: string }
  readonly body?: { readonly bytes: Uint8Array; readonly contentType: string }
}

/**
 * A response with any status except 503 and redirects. Header names are in lower case.
 *
 * @category models
 * @since 0.1.0
 */
export interface Response {
  readonly status: number
  readonly headers: { readonly [name: string]: string | undefined }
  readonly body: Uint8Array
}

/**
 * The identity and the trusted roots of the device in TLS.
 *
 * @category models
 * @since 0.1.0
 */
export interface Credentials {
  readonly identity: Certificate.KeyedCertificate | undefined
  readonly roots: ReadonlyArray<Certificate.Certificate>
}

/**
 * @category models
 * @since 0.1.0
 */
export interface Transport {
  readonly send: (request: Request) => Effect.Effect<Response, SimulatorError>
  readonly setCredentials: (credentials: Credentials) => Effect.Effect<void>
}

/**
 * The largest response that is read, in bytes.
 *
 * @category limits
 * @since 0.1.0
 */
export const maxResponseBytes = 64 * 1024 * 1024
/**
 * The most redirects of one request.
 *
 * @category limits
 * @since 0.1.0
 */
export const maxRedirects = 5

const client = (ca: string | undefined, { identity, roots }: Credentials) =>
  Effect.gen(function* () {
    const own = [...(ca === undefined ? [] : [ca]), ...roots.map(Certificate.toPem)]
    const dispatcher = yield* NodeHttpClient.makeDispatcherOptions({
      connections: 1,
      pipelining: 1,
      allowH2: false,
      connect: {
        timeout: 10_000,
        ...(own.length === 0 ? {} : { ca: [...rootCertificates, ...own] }),
        ...(identity === undefined
          ? {}
          : {
              cert: Certificate.toPem(identity.certificate),
              key: identity.privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
            }),
      },
    })
    const plain = yield* Effect.provideService(NodeHttpClient.makeUndici, NodeHttpClient.Dispatcher, dispatcher)
    return HttpClient.withScope(plain)
  })

/** After a 503 its `Retry-After`; without a response at first no pause, then one second. */
const retrySchedule = (retries: number) =>
  Schedule.recurs(retries).pipe(
    Schedule.setInputType<SimulatorError>(),
    Schedule.addDelay(({ input, attempt }) =>
      Effect.succeed(Duration.seconds(input.reason === "RetryLater" ? (input.seconds ?? 0) : attempt === 1 ? 0 : 1)),
    ),
  )

const unreachable = (message: string) => simulatorError("Unreachable", message)

const collect = (stream: Stream.Stream<Uint8Array, unknown>) =>
  Effect.suspend(() => {
    const chunks: Array<Uint8Array> = []
    let size = 0
    return Stream.runForEach(stream, (chunk) => {
      size += chunk.byteLength
      if (size > maxResponseBytes) return Effect.fail(simulatorError("InvalidResponse", "The response is too large"))
      chunks.push(chunk)
      return Effect.void
    }).pipe(
      Effect.mapError((error) => (isOwn(error) ? error : unreachable("The response ended early"))),
      Effect.map(() => new Uint8Array(Buffer.concat(chunks, size))),
    )
  })

const isOwn = (error: unknown): error is SimulatorError =>
  typeof error === "object" && error !== null && "_tag" in error && error._tag === "SimulatorError"

/** The target of a redirect that may be followed: from https only to https. */
const redirected = (from: string, response: Response): string | undefined => {
  if (![301, 302, 307, 308].includes(response.status)) return undefined
  const location = response.headers["location"]
  if (location === undefined || !URL.canParse(location, from)) return undefined
  const to = new URL(location, from)
  const allowed = new URL(from).protocol === "https:" ? ["https:"] : ["http:", "https:"]
  return allowed.includes(to.protocol) ? to.href : undefined
}

/**
 * @category constructors
 * @since 0.1.0
 */
export const make = (options: TransportOptions, log: Exchange.Log): Effect.Effect<Transport, never, Scope.Scope> =>
  Effect.gen(function* () {
    const http = yield* ScopedRef.fromAcquire(client(options.ca, { identity: undefined, roots: [] }))
    const sent = yield* Ref.make(0)
    const timeout = options.timeout ?? "30 seconds"
    const retries = options.retrying === true ? 5 : Number(options.retrying ?? 0)

    const call = Effect.fnUntraced(function* (request: Request, number: number) {
      if (!URL.canParse(request.url) || !/^https?:$/.test(new URL(request.url).protocol)) {
        return yield* unreachable("Not an http or https URL")
      }
      const url = new URL(request.url)
      const target = new URL(url)
      if (options.route !== undefined) {
        const elsewhere = new URL(options.route(number, url))
        target.protocol = elsewhere.protocol
        target.host = elsewhere.host
        target.port = elsewhere.port
      }
      const method: HttpMethod.HttpMethod = request.method
      const bare = HttpClientRequest.make(method)(target, {
        headers: { ...request.headers, host: url.host, "accept-encoding": "identity" },
      })
      const whole =
        request.body === undefined
          ? bare
          : HttpClientRequest.bodyUint8Array(bare, request.body.bytes, request.body.contentType)
      const execute = Effect.gen(function* () {
        const response = yield* Effect.mapError((yield* ScopedRef.get(http)).execute(whole), () =>
          unreachable("No connection, or no trust in the server's certificate"),
        )
        const body = yield* collect(response.stream)
        return { status: response.status, headers: response.headers, body }
      })
      return yield* Effect.timeoutOrElse(Effect.scoped(execute), {
        duration: timeout,
        orElse: () => Effect.fail(unreachable("No response in time")),
      })
    })

    const once = Effect.fnUntraced(function* (request: Request): Effect.fn.Return<Response, SimulatorError> {
      const number = yield* Ref.updateAndGet(sent, (n) => n + 1)
      const exchange = {
        number,
        at: yield* DateTime.nowAsDate,
        channel: request.channel,
        operation: request.operation,
        method: request.method,
        url: request.url,
        request: request.body?.bytes ?? new Uint8Array(),
      }
      return yield* call(request, number).pipe(
        Effect.tap(({ status, body }) => log.record({ ...exchange, status, response: body })),
        Effect.tapError(() => log.record({ ...exchange, response: new Uint8Array() })),
      )
    })

    const follow = Effect.fnUntraced(function* (request: Request): Effect.fn.Return<Response, SimulatorError> {
      let url = request.url
      for (let hops = 0; hops <= maxRedirects; hops++) {
        const response = yield* once({ ...request, url })
        const next = redirected(url, response)
        if (next === undefined) return response
        url = next
      }
      return yield* simulatorError("Loop", "Too many redirects")
    })

    const sendOnce = Effect.fnUntraced(function* (request: Request): Effect.fn.Return<Response, SimulatorError> {
      const response = yield* follow(request)
      if (response.status !== 503) return response
      const seconds = secondsOf(response.headers["retry-after"], yield* DateTime.nowAsDate)
      return yield* simulatorError("RetryLater", `The server asks to retry in ${seconds} s`, { status: 503, seconds })
    })

    return {
      send: (request) =>
        Effect.retry(sendOnce(request), {
          while: ({ reason }) => reason === "Unreachable" || reason === "RetryLater",
          schedule: retrySchedule(retries),
        }),
      setCredentials: (credentials) => ScopedRef.set(http, client(options.ca, credentials)),
    }
  })
