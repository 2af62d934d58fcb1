/**
 * The PEM files: are they there, do they belong together, and how long are they still good?
 */

import { isIP } from "node:net"
import type { Certificate } from "@espalier/apple"
import { Push } from "@espalier/apple"
import { DateTime, Effect, Option, Result } from "effect"
import * as Files from "../Files.ts"
import * as Inputs from "../Inputs.ts"
import type { ServeOptions } from "../ServeFlags.ts"
import { bad, type Finding, type Findings, good, ofRefusal, warning } from "./Finding.ts"
import * as Tcp from "./Tcp.ts"

const millisPerDay = 24 * 60 * 60 * 1000

/** Days before their end from which certificates are warned about. Public TLS certificates are renewed a few weeks before. */
const warnFrom = { tls: 14, profile: 30, push: 30 } as const

/** Whole days left, negative when it is over. */
const daysLeft = (until: Date, now: Date): number => Math.floor((until.getTime() - now.getTime()) / millisPerDay)

const term = (check: string, what: string, days: number, from: number, renew: string): Finding => {
  if (days < 0) return bad(check, `${what} has expired`, renew)
  const detail = `${what}, ${days} ${days === 1 ? "day" : "days"} left`
  return days <= from ? warning(check, detail, renew) : good(check, detail)
}

/**
 * `tls`: the server's own certificate and key, if it ends TLS itself. It must name every origin.
 *
 * @category checks
 * @since 0.1.0
 */
export const tls = Effect.fnUntraced(function* (options: ServeOptions): Effect.fn.Return<Findings, Files.Refusal> {
  const files = yield* Inputs.pair(options, "tls")
  if (files === undefined) {
    return [good("tls", "none of its own: a proxy in front ends TLS")]
  }
  const [certificate] = yield* Files.certificates("tls-certificate", files.certificate)
  const key = yield* Files.privateKey("tls-key", files.key)
  if (certificate === undefined || !certificate.x509.checkPrivateKey(key)) {
    return [bad("tls", "--tls-key is not the key of --tls-certificate", "name two files that were made together")]
  }
  const unnamed = options.origin.flatMap((origin) => {
    const host = URL.parse(origin)?.hostname.replace(/^\[|\]$/g, "")
    return host === undefined || names(certificate, host) ? [] : [host]
  })
  return [
    yield* inDate("tls", "--tls-certificate", certificate, warnFrom.tls),
    ...unnamed.map((host) =>
      bad("tls", `--tls-certificate does not name ${host}`, "get a certificate that does: devices would hang up"),
    ),
  ]
})

/** By the alternative names alone: devices have not looked at the common name since iOS 13. */
const names = ({ x509 }: Certificate.Certificate, host: string): boolean =>
  (isIP(host) === 0 ? x509.checkHost(host, { subject: "never" }) : x509.checkIP(host)) !== undefined

const inDate = (check: string, flag: string, { x509 }: Certificate.Certificate, from: number) =>
  Effect.map(DateTime.nowAsDate, (now) =>
    x509.validFromDate > now
      ? bad(check, `${flag} is not good before ${x509.validFromDate.toISOString()}`, "look at this machine's clock")
      : term(check, flag, daysLeft(x509.validToDate, now), from, "renew it"),
  )

/**
 * `profile`: who signs enrollment profiles, if anybody does.
 *
 * @category checks
 * @since 0.1.0
 */
export const profile = Effect.fnUntraced(function* (options: ServeOptions): Effect.fn.Return<Findings, Files.Refusal> {
  const signer = yield* Inputs.profileSigner(options)
  if (signer === undefined)
    return [good("profile", "enrollment profiles are not signed; devices show them as unsigned")]
  return [yield* inDate("profile", "--profile-certificate", signer.identity.certificate, warnFrom.profile)]
})

/**
 * `roots`: every file with authorities can be read.
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
      onSuccess: ({ length }) => good("roots", `--${flag} ${path}: ${length === 1 ? "one" : length} found`),
      onFailure: (refused) => ofRefusal("roots", refused),
    }),
  )
})

const renewPush =
  "renew it at identity.apple.com, with the Apple account that made it: another topic would lose every device"

/**
 * `push`: each certificate with its topic, then whether Apple's push service can be reached.
 *
 * @category checks
 * @since 0.1.0
 */
export const push = Effect.fnUntraced(function* (options: ServeOptions): Effect.fn.Return<Findings> {
  if (options.pushCertificate.length === 0) {
    return [warning("push", "devices cannot be woken", "set --push-certificate")]
  }
  const read = yield* Effect.forEach(options.pushCertificate, (path) => Effect.result(topicOf(path)))
  const topics = read.flatMap((one) => (Result.isSuccess(one) ? [one.success.topic] : []))
  const twice = new Set(topics.filter((topic, index) => topics.indexOf(topic) !== index))
  return [
    ...read.map((one) =>
      Result.match(one, {
        onFailure: (refused) => ofRefusal("push", refused),
        onSuccess: ({ topic, daysLeft }) => term("push", `topic ${topic}`, daysLeft, warnFrom.push, renewPush),
      }),
    ),
    ...[...twice].map((topic) =>
      bad("push", `two certificates have the topic ${topic}`, "keep the newer --push-certificate alone"),
    ),
    yield* apns(Option.getOrElse(options.pushUrl, () => "https://api.push.apple.com:443")),
  ]
})

/** Alone, so that what is wrong with one file is not said of another. */
const topicOf = Effect.fnUntraced(function* (path: string) {
  const certificate = yield* Inputs.pushCertificate(path)
  const service = yield* Push.make({ certificates: [certificate] }).pipe(
    Effect.mapError(({ message }) =>
      Files.refuse(`--push-certificate: ${path}: ${message.replace(/^certificates\.0\.(cert|key) /, "its $1 ")}`),
    ),
  )
  const [expiry] = yield* service.certificateExpiry
  return expiry === undefined ? yield* Files.refuse(`--push-certificate: ${path} has no topic`) : expiry
}, Effect.scoped)

const apns = (text: string): Effect.Effect<Finding> => {
  const url = URL.parse(text)
  if (url?.protocol !== "https:" || url.href !== `${url.origin}/`) {
    return Effect.succeed(bad("apns", "--push-url is no https:// origin", "leave it out: the default is Apple's"))
  }
  return Effect.match(Tcp.reach(url), {
    onSuccess: () => good("apns", `${url.host} is reachable`),
    onFailure: (why) => warning("apns", `${url.host} ${why}`, "let this machine out to it, or pushes will not go"),
  })
}
