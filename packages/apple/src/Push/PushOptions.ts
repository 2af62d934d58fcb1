/**
 * The address of APNs, the push certificates, and every limit.
 */
import { Duration, Option, Result, Schema, SchemaIssue } from "effect"
import * as PushCertificate from "./PushCertificate.ts"

/**
 * Only `certificates` is required: one for each topic.
 *
 * @category options
 * @since 0.1.0
 */
export interface PushOptions {
  readonly certificates: ReadonlyArray<PushCertificate.PushCertificate>
  /** An `https://` origin. Default `https://api.push.apple.com:443`; Apple also answers on port 2197. */
  readonly url?: string | undefined
  /** Authorities in PEM to trust instead of the system's, for a test server. */
  readonly ca?: string | ReadonlyArray<string> | undefined
  /** The longest time of a push, waiting and all attempts included. Default 30 seconds. */
  readonly timeout?: Duration.Input | undefined
  /** The longest wait for one response; the next attempt uses another connection. Default 10 seconds. */
  readonly attemptTimeout?: Duration.Input | undefined
  /** The longest wait for a connection, until APNs has announced its number of streams. Default 10 seconds. */
  readonly connectTimeout?: Duration.Input | undefined
  /** Further attempts after the first. A push may be repeated: a device that is woken twice polls once. Default 3. */
  readonly retries?: number | undefined
  /** The most concurrent pushes on a connection; APNs may allow fewer. Default 500. */
  readonly concurrency?: number | undefined
  /** The most waiting pushes of one topic; further ones fail with `Overloaded`. Default 10,000. */
  readonly queue?: number | undefined
  /** The interval of HTTP/2 pings. Default 1 minute. */
  readonly pingInterval?: Duration.Input | undefined
  /** How long a connection stays open without a push. Apple advises against frequent connections. Default 30 minutes. */
  readonly idleTimeout?: Duration.Input | undefined
  /** How long the layer waits for pushes in progress when it closes. Default 5 seconds. */
  readonly closeTimeout?: Duration.Input | undefined
}

/**
 * An invalid option: its name and the reason, without its value.
 *
 * @category errors
 * @since 0.1.0
 */
export class InvalidPushOptions extends Schema.TaggedError<InvalidPushOptions>("InvalidPushOptions")(
  "InvalidPushOptions",
  { option: Schema.String, message: Schema.String },
) {}

/** With a longer delay, `setTimeout` fires immediately. */
const maxMillis = 2 ** 31 - 1

const Millis = Schema.Number.check(
  Schema.isBetween({ minimum: 1, maximum: maxMillis }, { message: "must be between a millisecond and 24 days" }),
)

const count = (minimum: number) =>
  Schema.Int.annotate({ message: `must be a whole number of at least ${minimum}` }).check(
    Schema.isGreaterThanOrEqualTo(minimum, { message: `must be a whole number of at least ${minimum}` }),
  )

/** Options with defaults; times in milliseconds. */
const Settings = Schema.Struct({
  url: Schema.String.check(
    Schema.makeFilter((text) => {
      const url = URL.parse(text)
      return (
        (url?.protocol === "https:" && url.href === `${url.origin}/`) || "must be an https:// origin without a path"
      )
    }),
  ),
  timeout: Millis,
  attemptTimeout: Millis,
  connectTimeout: Millis,
  retries: count(0),
  concurrency: count(1),
  queue: count(0),
  pingInterval: Millis,
  idleTimeout: Millis,
  closeTimeout: Millis,
})

/**
 * Checked options with every default; times in milliseconds.
 *
 * @category models
 * @since 0.1.0
 */
export interface Resolved extends Omit<typeof Settings.Type, "url"> {
  readonly identities: ReadonlyArray<PushCertificate.PushIdentity>
  readonly origin: string
  readonly ca: string | Array<string> | undefined
}

const invalid = (option: string, reason: string) => new InvalidPushOptions({ option, message: `${option} ${reason}` })

const format = SchemaIssue.makeFormatterStandardSchemaV1()
const decode = Schema.decodeUnknownResult(Settings)

const fromIssue = ({ issue }: Schema.SchemaError): InvalidPushOptions => {
  const [first] = format(issue).issues
  return invalid(first?.path?.map(String).join(".") ?? "", first?.message ?? "is invalid")
}

/** NaN, which no time option accepts, for an input that is not a duration. */
const millis = (input: Duration.Input): number =>
  Option.match(Duration.fromInput(input), { onNone: () => Number.NaN, onSome: Duration.toMillis })

const identitiesOf = (
  certificates: PushOptions["certificates"],
): Result.Result<Resolved["identities"], InvalidPushOptions> =>
  Result.gen(function* () {
    const identities: Array<PushCertificate.PushIdentity> = []
    for (const [index, certificate] of certificates.entries()) {
      const option = `certificates.${index}`
      const identity = yield* Result.mapError(PushCertificate.read(certificate), ({ member, reason }) =>
        invalid(`${option}.${member}`, reason),
      )
      if (identities.some(({ topic }) => topic === identity.topic)) {
        return yield* Result.fail(invalid(option, "has the topic of a certificate before it"))
      }
      identities.push(identity)
    }
    return identities.length === 0 ? yield* Result.fail(invalid("certificates", "must have at least one")) : identities
  })

/**
 * Checks the options and adds the defaults.
 *
 * @category constructors
 * @since 0.1.0
 */
export const resolve = (options: PushOptions): Result.Result<Resolved, InvalidPushOptions> =>
  Result.gen(function* () {
    const identities = yield* identitiesOf(options.certificates)
    const { url, ...settings } = yield* Result.mapError(
      decode({
        url: options.url ?? "https://api.push.apple.com:443",
        timeout: millis(options.timeout ?? "30 seconds"),
        attemptTimeout: millis(options.attemptTimeout ?? "10 seconds"),
        connectTimeout: millis(options.connectTimeout ?? "10 seconds"),
        retries: options.retries ?? 3,
        concurrency: options.concurrency ?? 500,
        queue: options.queue ?? 10_000,
        pingInterval: millis(options.pingInterval ?? "1 minute"),
        idleTimeout: millis(options.idleTimeout ?? "30 minutes"),
        closeTimeout: millis(options.closeTimeout ?? "5 seconds"),
      }),
      fromIssue,
    )
    const { ca } = options
    return {
      ...settings,
      identities,
      origin: new URL(url).origin,
      ca: ca === undefined || typeof ca === "string" ? ca : [...ca],
    }
  })
