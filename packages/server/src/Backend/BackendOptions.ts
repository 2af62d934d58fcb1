/**
 * How a backend is called: where it is, how calls are signed, and every bound on them.
 */
import type { Secret } from "@espalier/signing"
import { Array, Duration, Option, Result, Schema } from "effect"
import * as BaseUrl from "./BaseUrl.ts"

/**
 * Only `baseUrl` is needed.
 *
 * @category options
 * @since 0.1.0
 */
export interface BackendOptions {
  /** Where the backend is, such as `https://backend.example.com/tenant-a`. No query, fragment or credentials. */
  readonly baseUrl: string
  /** Standard Webhooks secrets; each one signs, so two are a rotation. Without any, calls are not signed. */
  readonly secrets?: ReadonlyArray<Secret.SigningSecret> | undefined
  /** Longest wait for a connection, TLS handshake included. Default 5 seconds. */
  readonly connectTimeout?: Duration.Input | undefined
  /** Longest a call may take in all: every try, every pause, and at most half of it waiting for its turn. Default 15 seconds. */
  readonly timeout?: Duration.Input | undefined
  /** Calls under way at a time, and so connections. Default 64. */
  readonly concurrency?: number | undefined
  /** Calls that may wait for their turn; more are `Overloaded` at once. Default 256. */
  readonly queue?: number | undefined
  /** Largest answer. Default 14 MiB: an asset of 10 MiB in base64. */
  readonly maxResponseBytes?: number | undefined
  /** Further tries after the first, where a repetition is safe. Default 2. */
  readonly retries?: number | undefined
  /** When to stop asking for a while; `false` never does. */
  readonly circuitBreaker?: CircuitBreakerOptions | false | undefined
  /** For a backend with a certificate of its own authority, or one that wants a client certificate. PEM. */
  readonly tls?: TlsOptions | undefined
}

/**
 * @category options
 * @since 0.1.0
 */
export interface CircuitBreakerOptions {
  /** As many calls failing in a row open the circuit. Default 10. */
  readonly failures?: number | undefined
  /** How long it stays open before one call may try. A longer `Retry-After` of the backend counts, up to a minute. Default 10 seconds. */
  readonly openFor?: Duration.Input | undefined
}

/**
 * @category options
 * @since 0.1.0
 */
export interface TlsOptions {
  /** Certificates of the authorities to believe, instead of the system's. */
  readonly ca?: string | ReadonlyArray<string> | undefined
  /** The client certificate with its chain. */
  readonly cert?: string | undefined
  /** The private key of `cert`. */
  readonly key?: string | undefined
}

/**
 * An option that cannot be used; the message says which and why, without its text.
 *
 * @category errors
 * @since 0.1.0
 */
export class InvalidBackendOptions extends Schema.TaggedError<InvalidBackendOptions>("InvalidBackendOptions")(
  "InvalidBackendOptions",
  { option: Schema.String, message: Schema.String },
) {}

/**
 * Options with every default filled in and everything checked. Times in milliseconds.
 *
 * @category models
 * @since 0.1.0
 */
export interface Resolved {
  readonly baseUrl: BaseUrl.BaseUrl
  readonly secrets: Array.NonEmptyReadonlyArray<Secret.SigningSecret> | undefined
  readonly connectTimeout: number
  readonly timeout: number
  readonly concurrency: number
  readonly queue: number
  readonly maxResponseBytes: number
  readonly retries: number
  readonly circuitBreaker: { readonly failures: number; readonly openFor: number } | undefined
  readonly tls: TlsOptions
}

/**
 * @category constructors
 * @since 0.1.0
 */
export const resolve = (options: BackendOptions): Result.Result<Resolved, InvalidBackendOptions> =>
  Result.gen(function* () {
    const baseUrl = yield* Result.mapError(BaseUrl.parse(options.baseUrl), (why) => invalid("baseUrl", why))
    const secrets = options.secrets ?? []
    const breaker = options.circuitBreaker ?? {}
    return {
      baseUrl,
      secrets: Array.isReadonlyArrayNonEmpty(secrets) ? secrets : undefined,
      connectTimeout: yield* millis("connectTimeout", options.connectTimeout ?? "5 seconds"),
      timeout: yield* millis("timeout", options.timeout ?? "15 seconds"),
      concurrency: yield* count("concurrency", options.concurrency ?? 64, 1),
      queue: yield* count("queue", options.queue ?? 256, 0),
      maxResponseBytes: yield* count("maxResponseBytes", options.maxResponseBytes ?? 14 * 1024 * 1024, 1),
      retries: yield* count("retries", options.retries ?? 2, 0),
      circuitBreaker:
        breaker === false
          ? undefined
          : {
              failures: yield* count("circuitBreaker.failures", breaker.failures ?? 10, 1),
              openFor: yield* millis("circuitBreaker.openFor", breaker.openFor ?? "10 seconds"),
            },
      tls: options.tls ?? {},
    }
  })

const invalid = (option: string, why: string) => new InvalidBackendOptions({ option, message: `${option} ${why}` })

const count = (option: string, value: number, least: number) =>
  Number.isSafeInteger(value) && value >= least
    ? Result.succeed(value)
    : Result.fail(invalid(option, `is a whole number of at least ${least}`))

/** Beyond this, `setTimeout` fires at once. */
const maxMillis = 2 ** 31 - 1

const millis = (option: string, value: Duration.Input) => {
  const duration = Option.map(Duration.fromInput(value), Duration.toMillis)
  return Option.isSome(duration) && duration.value >= 1 && duration.value <= maxMillis
    ? Result.succeed(duration.value)
    : Result.fail(invalid(option, "is a time between a millisecond and 24 days"))
}
