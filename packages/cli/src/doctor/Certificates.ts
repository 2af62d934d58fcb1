/**
 * The PEM files: they exist, belong together and have not expired.
 */

import { isIP } from "node:net"
import type { Certificate } from "@espalier/apple"
import { Push } from "@espalier/apple"
import { DateTime, Effect, Option, Result } from "effect"
import * as Files from "../Files.ts"
import * as Inputs from "../Inputs.ts"
import type { ServeOptions } from "../ServeFlags.ts"
import * as UserError from "../UserError.ts"
import { bad, type Finding, type Findings, fromUserError, good, warning } from "./Finding.ts"
import * as Tcp from "./Tcp.ts"

const millisPerDay = 24 * 60 * 60 * 1000

/** Warn when at most this many days are left. Public TLS certificates are renewed a few weeks before they expire. */
const warningDays = { tls: 14, profile: 30, push: 30 } as const

/** Whole days left, negative after the end. */
const daysLeft = (until: Date, now: Date): number => Math.floor((until.getTime() - now.getTime()) / millisPerDay)

const expiry = (check: string, what: string, days: number, warnAt: number, renew: string): Finding => {
  if (days < 0) return bad(check, `${what} has expired`, renew)
  const detail = `${what}, ${days} ${days === 1 ? "day" : "days"} left`
  return days <= warnAt ? warning(check, detail, renew) : good(check, detail)
}

/**
 * The check `tls`: the server's certificate and key, if it terminates TLS. The certificate must name every origin.
 *
 * @category checks
 * @since 0.1.0
 */
export const tls = Effect.fnUntraced(function* (
  options: ServeOptions,
): Effect.fn.Return<Findings, UserError.UserError> {
  const files = yield* Inputs.pair(options, "tls")
  if (files === undefined) {
    return [good("tls", "not configured: a reverse proxy terminates TLS")]
  }
  const [certificate] = yield* Files.certificates("tls-certificate", files.certificate)
  const key = yield* Files.privateKey("tls-key", files.key)
  if (certificate === undefined || !certificate.x509.checkPrivateKey(key)) {
    return [bad("tls", "--tls-key does not match --tls-certificate", "use the two files of one certificate")]
  }
  const unnamed = options.origin.flatMap((origin) => {
    const host = URL.parse(origin)?.hostname.replace(/^\[|\]$/g, "")
    return host === undefined || names(certificate, host) ? [] : [host]
  })
  return [
    yield* inDate("tls", "--tls-certificate", certificate, warningDays.tls),
    ...unnamed.map((host) =>
      bad(
        "tls",
        `--tls-certificate does not name ${host}`,
        "get a certificate that names it: devices would close the connection",
      ),
    ),
  ]
})

/** Only alternative names count: devices have ignored the common name since iOS 13. */
const names = ({ x509 }: Certificate.Certificate, host: string): boolean =>
  (isIP(host) === 0 ? x509.checkHost(host, { subject: "never" }) : x509.checkIP(host)) !== undefined

const inDate = (check: string, flag: string, { x509 }: Certificate.Certificate, from: number) =>
  Effect.map(DateTime.nowAsDate, (now) =>
    x509.validFromDate > now
      ? bad(check, `${flag} is not valid before ${x509.validFromDate.toISOString()}`, "check the clock of this machine")
      : expiry(check, flag, daysLeft(x509.validToDate, now), from, "renew it"),
  )

/**
 * The check `profile`: the certificate that signs enrollment profiles, if there is one.
 *
 * @category checks
 * @since 0.1.0
 */
export const profile = Effect.fnUntraced(function* (
  options: ServeOptions,
): Effect.fn.Return<Findings, UserError.UserError> {
  const signer = yield* Inputs.profileSigner(options)
  if (signer === undefined)
    return [good("profile", "enrollment profiles are not signed: devices show them as unsigned")]
  return [yield* inDate("profile", "--profile-certificate", signer.identity.certificate, warningDays.profile)]
})

/**
 * The check `roots`: every file of certificate authorities is readable.
 *
 * @category checks
 * @since 0.1.0
 */
export const roots = Effect.fnUntraced(function* (options: ServeOptions) {
  const files = [
    ...options.identityRoot.map((path) => ["identity-root", path] as const),
    ...options.profileRoot.map((path) => ["profile-root", path] as const),
    ...options.pushRoot.map((path) => ["push-root", path] as const),
  ]
  return yield* Effect.forEach(files, ([flag, path]) =>
    Effect.match(Files.certificates(flag, path), {
      onSuccess: ({ length }) =>
        good("roots", `--${flag} ${path}: ${length === 1 ? "one certificate" : `${length} certificates`}`),
      onFailure: (error) => fromUserError("roots", error),
    }),
  )
})

const renewPush =
  "renew it at identity.apple.com with the same Apple Account: a new certificate has another topic, and enrolled devices would be lost"

/**
 * The checks `push` and `apns`: each certificate with its topic, and whether Apple's push service is reachable.
 *
 * @category checks
 * @since 0.1.0
 */
export const push = Effect.fnUntraced(function* (options: ServeOptions): Effect.fn.Return<Findings> {
  if (options.pushCertificate.length === 0) {
    return [warning("push", "push notifications are not configured", "set --push-certificate")]
  }
  const read = yield* Effect.forEach(options.pushCertificate, (path) => Effect.result(topicOf(path)))
  const topics = read.flatMap((one) => (Result.isSuccess(one) ? [one.success.topic] : []))
  const twice = new Set(topics.filter((topic, index) => topics.indexOf(topic) !== index))
  return [
    ...read.map((one) =>
      Result.match(one, {
        onFailure: (error) => fromUserError("push", error),
        onSuccess: ({ topic, daysLeft }) => expiry("push", `topic ${topic}`, daysLeft, warningDays.push, renewPush),
      }),
    ),
    ...[...twice].map((topic) =>
      bad("push", `two certificates have the topic ${topic}`, "keep only the newer --push-certificate"),
    ),
    yield* apns(Option.getOrElse(options.pushUrl, () => "https://api.push.apple.com:443")),
  ]
})

/** One file at a time, so that an error names its file. */
const topicOf = Effect.fnUntraced(function* (path: string) {
  const certificate = yield* Inputs.pushCertificate(path)
  const service = yield* Push.make({ certificates: [certificate] }).pipe(
    Effect.mapError(({ message }) =>
      UserError.make(`--push-certificate: ${path}: ${message.replace(/^certificates\.0\.(cert|key) /, "its $1 ")}`),
    ),
  )
  const [expiry] = yield* service.certificateExpiry
  return expiry === undefined ? yield* UserError.make(`--push-certificate: ${path} has no topic`) : expiry
}, Effect.scoped)

const apns = (text: string): Effect.Effect<Finding> => {
  const url = URL.parse(text)
  if (url?.protocol !== "https:" || url.href !== `${url.origin}/`) {
    return Effect.succeed(
      bad("apns", "--push-url is not an https:// origin", "remove it: the default is Apple's service"),
    )
  }
  return Effect.match(Tcp.reach(url), {
    onSuccess: () => good("apns", `${url.host} is reachable`),
    onFailure: (why) =>
      warning("apns", `${url.host} ${why}`, "allow outgoing connections to it: without them no push is sent"),
  })
}
