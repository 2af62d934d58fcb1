/**
 * Options for calling a backend: its address, the secrets that sign calls, and limits. The schema checks them and fills in the defaults.
 */
import { Secret } from "@espalier/signing"
import { Array, Duration, Effect, Option, Redacted, Result, Schema, SchemaIssue, SchemaTransformation } from "effect"
import * as BaseUrl from "./BaseUrl.ts"

/**
 * An option that cannot be used. `message` says which one and why, without its value.
 *
 * @category errors
 * @since 0.1.0
 */
export class InvalidBackendOptions extends Schema.TaggedError<InvalidBackendOptions>("InvalidBackendOptions")(
  "InvalidBackendOptions",
  { option: Schema.String, message: Schema.String },
) {}

const invalid = (message: string) => new SchemaIssue.InvalidValue({ message })

const decoded = <A>(result: Result.Result<A, string>) => Effect.mapError(Effect.fromResult(result), invalid)

/** A longer `setTimeout` fires immediately. */
const maxMillis = 2 ** 31 - 1

const durationMessage = "must be a duration between 1 millisecond and 24 days"

const isDurationInput = (u: unknown): u is Duration.Input =>
  Duration.isDuration(u) || ["number", "bigint", "string", "object"].includes(typeof u)

/** A `Duration.Input` as milliseconds. */
const Millis = Schema.declare(isDurationInput, { identifier: "Duration.Input", message: durationMessage }).pipe(
  Schema.decodeTo(
    Schema.Finite.check(Schema.isBetween({ minimum: 1, maximum: maxMillis }, { message: durationMessage })),
    SchemaTransformation.transformEffect({
      decode: (input) =>
        decoded(Result.fromOption(Option.map(Duration.fromInput(input), Duration.toMillis), () => durationMessage)),
      encode: (millis): Effect.Effect<Duration.Input> => Effect.succeed(millis),
    }),
  ),
)
const duration = (fallback: Duration.Input) => Millis.pipe(Schema.withDecodingDefault(Effect.succeed(fallback)))

const count = (fallback: number, minimum: number) => {
  const message = `must be a whole number of at least ${minimum}`
  return Schema.Number.check(
    Schema.makeFilter((value) => Number.isSafeInteger(value) && value >= minimum, { message }),
  ).pipe(Schema.withDecodingDefault(Effect.succeed(fallback)))
}

const parsedSecret = Schema.declare((u): u is Secret.SigningSecret => Secret.isSecret(u) && Secret.isSigning(u))

/** A parsed secret, or its text. */
const SigningSecret = Schema.Union([parsedSecret, Schema.Redacted(Schema.String), Schema.String]).pipe(
  Schema.decodeTo(
    parsedSecret,
    SchemaTransformation.transformEffect({
      decode: (secret) => {
        if (Secret.isSecret(secret)) return Effect.succeed(secret)
        const text = Redacted.isRedacted(secret) ? Redacted.value(secret) : secret
        return decoded(Result.mapError(Secret.parseSigning(text), ({ message }) => `is invalid: ${message}`))
      },
      encode: (secret): Effect.Effect<Secret.SigningSecret | Redacted.Redacted | string> => Effect.succeed(secret),
    }),
  ),
)

const Url = Schema.String.pipe(
  Schema.decodeTo(
    Schema.Struct({ prefix: Schema.String, host: Schema.String }),
    SchemaTransformation.transformEffect({
      decode: (text) => decoded(BaseUrl.parse(text)),
      encode: ({ prefix }) => Effect.succeed(prefix),
    }),
  ),
)

const CircuitBreaker = Schema.Struct({
  /** The number of consecutive failed calls that opens the circuit. Default 10. */
  failures: count(10, 1),
  /** How long the circuit stays open before one call is let through. A longer `Retry-After` of the backend is used, up to a minute. Default 10 seconds. */
  openFor: duration("10 seconds"),
})

const Tls = Schema.Struct({
  /** PEM certificates of the authorities to trust, instead of the system's. */
  ca: Schema.optional(Schema.Union([Schema.String, Schema.Array(Schema.String)])),
  /** The client certificate with its chain, in PEM. */
  cert: Schema.optional(Schema.String),
  /** The private key of `cert`, in PEM. */
  key: Schema.optional(Schema.Union([Schema.Redacted(Schema.String), Schema.String])),
})

/**
 * The options. Only `baseUrl` is required.
 *
 * @category options
 * @since 0.1.0
 */
export const BackendOptions = Schema.Struct({
  /** The address of the backend, such as `https://backend.example.com/tenant-a`, without query, fragment or credentials. */
  baseUrl: Url,
  /** Standard Webhooks secrets. Every secret signs, so two of them are a rotation. Without a secret, calls are not signed. */
  secrets: Schema.Array(SigningSecret).pipe(Schema.withDecodingDefault(Effect.succeed([]))),
  /** The time limit for a connection, TLS handshake included. Default 5 seconds. */
  connectTimeout: duration("5 seconds"),
  /** The time limit for a whole call: every attempt, every pause, and at most half of it in the queue. Default 15 seconds. */
  timeout: duration("15 seconds"),
  /** The number of calls that run at the same time, and so of connections. Default 64. */
  concurrency: count(64, 1),
  /** The number of calls that can wait; further calls fail with `Overloaded`. Default 256. */
  queue: count(256, 0),
  /** The size limit of a response. Default 14 MiB: an asset of 10 MiB in base64. */
  maxResponseBytes: count(14 * 1024 * 1024, 1),
  /** The number of further attempts, where the request can be repeated safely. Default 2. */
  retries: count(2, 0),
  /** When to stop calling for a while; `false` disables it. */
  circuitBreaker: Schema.Union([Schema.Literal(false), CircuitBreaker]).pipe(
    Schema.withDecodingDefault(Effect.succeed({})),
  ),
  /** For a backend with a certificate of its own authority, or one that requires a client certificate. */
  tls: Tls.pipe(Schema.withDecodingDefault(Effect.succeed({}))),
})
/**
 * @category options
 * @since 0.1.0
 */
export interface BackendOptions extends Encoded {}

type Encoded = typeof BackendOptions.Encoded

/**
 * The checked options, with every default. Times are in milliseconds.
 *
 * @category models
 * @since 0.1.0
 */
export type Resolved = typeof BackendOptions.Type

const decode = Schema.decodeUnknownResult(BackendOptions)

const formatIssue = SchemaIssue.makeFormatterStandardSchemaV1()

/**
 * Checks the options.
 *
 * @category constructors
 * @since 0.1.0
 */
export const resolve = (options: BackendOptions): Result.Result<Resolved, InvalidBackendOptions> =>
  Result.mapError(decode(options), ({ issue }) => {
    const [first] = formatIssue(issue).issues
    const option = (first?.path ?? []).map((part) => String(typeof part === "object" ? part.key : part)).join(".")
    return new InvalidBackendOptions({ option, message: `${option} ${first?.message ?? "is invalid"}` })
  })

/**
 * The secrets that sign calls; `undefined` when there are none.
 *
 * @category accessors
 * @since 0.1.0
 */
export const signingSecrets = ({ secrets }: Resolved): Array.NonEmptyReadonlyArray<Secret.SigningSecret> | undefined =>
  Array.isReadonlyArrayNonEmpty(secrets) ? secrets : undefined
