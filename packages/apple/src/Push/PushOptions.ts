/**
 * The address of APNs, the push certificates, and every limit.
 *
 * The topic of a certificate is the UID of its subject, `com.apple.mgmt.…`: so a topic needs no configuration, and the
 * certificate of an app, whose UID is the app's, is rejected.
 */

import { createPrivateKey, X509Certificate } from "node:crypto"
import { Duration, Option, Redacted, Result, Schema } from "effect"

/**
 * An MDM push certificate.
 *
 * @category options
 * @since 0.1.0
 */
export interface PushCertificate {
  /** PEM, the certificate first, then its chain if there is one. */
  readonly cert: string
  /** Its private key: PEM, not encrypted. */
  readonly key: Redacted.Redacted<string>
}

/**
 * Only `certificates` is needed: one for each topic.
 *
 * @category options
 * @since 0.1.0
 */
export interface PushOptions {
  readonly certificates: ReadonlyArray<PushCertificate>
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

/**
 * A push certificate and its topic.
 *
 * @category models
 * @since 0.1.0
 */
export interface Identity extends PushCertificate {
  readonly topic: string
  readonly notAfter: Date
}

/**
 * Options with every default filled in and everything checked; times in milliseconds.
 *
 * @category models
 * @since 0.1.0
 */
export interface Resolved {
  readonly identities: ReadonlyArray<Identity>
  readonly origin: string
  readonly ca: string | Array<string> | undefined
  readonly timeout: number
  readonly attemptTimeout: number
  readonly connectTimeout: number
  readonly retries: number
  readonly concurrency: number
  readonly queue: number
  readonly pingInterval: number
  readonly idleTimeout: number
  readonly closeTimeout: number
}

/**
 * @category constructors
 * @since 0.1.0
 */
export const resolve = (options: PushOptions): Result.Result<Resolved, InvalidPushOptions> =>
  Result.gen(function* () {
    const identities: Array<Identity> = []
    for (const [index, certificate] of options.certificates.entries()) {
      const identity = yield* identify(certificate, `certificates.${index}`)
      if (identities.some(({ topic }) => topic === identity.topic)) {
        return yield* Result.fail(invalid(`certificates.${index}`, "has the topic of a certificate before it"))
      }
      identities.push(identity)
    }
    if (identities.length === 0) return yield* Result.fail(invalid("certificates", "needs at least one"))
    const { ca } = options
    return {
      identities,
      origin: yield* originOf(options.url ?? "https://api.push.apple.com:443"),
      ca: ca === undefined || typeof ca === "string" ? ca : [...ca],
      timeout: yield* millis("timeout", options.timeout ?? "30 seconds"),
      attemptTimeout: yield* millis("attemptTimeout", options.attemptTimeout ?? "10 seconds"),
      connectTimeout: yield* millis("connectTimeout", options.connectTimeout ?? "10 seconds"),
      retries: yield* count("retries", options.retries ?? 3, 0),
      concurrency: yield* count("concurrency", options.concurrency ?? 500, 1),
      queue: yield* count("queue", options.queue ?? 10_000, 0),
      pingInterval: yield* millis("pingInterval", options.pingInterval ?? "1 minute"),
      idleTimeout: yield* millis("idleTimeout", options.idleTimeout ?? "30 minutes"),
      closeTimeout: yield* millis("closeTimeout", options.closeTimeout ?? "5 seconds"),
    }
  })

const invalid = (option: string, why: string) => new InvalidPushOptions({ option, message: `${option} ${why}` })

const identify = (certificate: PushCertificate, option: string): Result.Result<Identity, InvalidPushOptions> =>
  Result.gen(function* () {
    const read = yield* Result.try({
      try: () => new X509Certificate(certificate.cert),
      catch: () => invalid(`${option}.cert`, "is not a certificate in PEM"),
    })
    const key = yield* Result.try({
      try: () => createPrivateKey(Redacted.value(certificate.key)),
      catch: () => invalid(`${option}.key`, "is not a private key in PEM, or is encrypted"),
    })
    if (!read.checkPrivateKey(key))
      return yield* Result.fail(invalid(`${option}.key`, "does not belong to the certificate"))
    const topic = read.toLegacyObject().subject["UID"]
    if (typeof topic !== "string" || !/^com\.apple\.mgmt\.[\x21-\x7e]{1,200}$/.test(topic)) {
      return yield* Result.fail(
        invalid(
          `${option}.cert`,
          "is not an MDM push certificate: the UID of its subject is not a topic com.apple.mgmt.…",
        ),
      )
    }
    return { ...certificate, topic, notAfter: read.validToDate }
  })

const originOf = (text: string): Result.Result<string, InvalidPushOptions> => {
  const url = URL.parse(text)
  return url?.protocol === "https:" && url.href === `${url.origin}/`
    ? Result.succeed(url.origin)
    : Result.fail(invalid("url", "is an https:// origin, without a path"))
}

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
