/**
 * Signs and verifies messages by Standard Webhooks 1.0.0.
 *
 * The signed content is `{id}.{timestamp}.{body}` over the bytes of the body as they travel. `webhook-signature` carries
 * one signature per secret, `v1` (HMAC-SHA256) or `v1a` (ed25519), so old and new secrets overlap while they rotate: a
 * message is genuine when any of its signatures fits any of the receiver's secrets. Comparison takes constant time.
 *
 * **Gotchas**
 *
 * - A retry carries the same `webhook-id`, and both are accepted. The timestamp limits how long a captured message can be
 *   sent again; the receiver detects a repeated message by that id.
 * - Without secrets nothing verifies.
 * - The header is read only so far: 16 signatures, of these at most 4 `v1a`, since each of those costs a receiver some 70 µs
 *   per public key, and any client can send them.
 *
 * @see https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 */

import { createHmac, sign as signEd25519, timingSafeEqual, verify as verifyEd25519 } from "node:crypto"
import { type Array, Clock, Duration, Effect, Redacted, Result, Schema } from "effect"
import type { Secret, SigningSecret } from "./Secret.ts"
import { isWebhookId, type WebhookId } from "./WebhookId.ts"

/**
 * The three headers of a signed message. A type and no interface, so that it fits where any record of headers does.
 *
 * @category models
 * @since 0.1.0
 */
export type SignatureHeaders = {
  readonly "webhook-id": WebhookId
  readonly "webhook-timestamp": string
  readonly "webhook-signature": string
}

/**
 * A message to sign now. A string body is signed as UTF-8; send the same. Signatures stand in the order of the secrets.
 *
 * @category models
 * @since 0.1.0
 */
export interface Message {
  readonly id: WebhookId
  readonly body: Uint8Array | string
  readonly secrets: Array.NonEmptyReadonlyArray<SigningSecret>
}

/**
 * A received message: headers by lower-case name, and the body's bytes before anything parsed them.
 *
 * @category models
 * @since 0.1.0
 */
export interface ReceivedMessage {
  readonly headers: { readonly [name: string]: string | undefined }
  readonly body: Uint8Array
  readonly secrets: ReadonlyArray<Secret>
}

/**
 * The id of a genuine message, and when this attempt was sent, in Unix seconds.
 *
 * @category models
 * @since 0.1.0
 */
export interface Verified {
  readonly id: WebhookId
  readonly timestamp: number
}

/**
 * `tolerance`: how far the timestamp may be from now, either way, inclusive. Five minutes unless given.
 *
 * @category models
 * @since 0.1.0
 */
export interface VerifyOptions {
  readonly tolerance?: Duration.Input | undefined
}

/**
 * Why a message is not genuine. It holds nothing of the message. Answer 401 without the reason.
 *
 * - `MissingHeaders`: one of the three is absent or empty.
 * - `InvalidId`: not a {@link WebhookId}.
 * - `InvalidTimestamp`: not a plain decimal count of seconds.
 * - `InvalidSignatureHeader`: longer than 4096 characters.
 * - `Expired`, `TooNew`: outside the tolerance.
 * - `NoMatch`: no signature read fits any secret.
 *
 * @category errors
 * @since 0.1.0
 */
export class SignatureError extends Schema.TaggedError<SignatureError>()("SignatureError", {
  reason: Schema.Literals([
    "MissingHeaders",
    "InvalidId",
    "InvalidTimestamp",
    "InvalidSignatureHeader",
    "Expired",
    "TooNew",
    "NoMatch",
  ]),
}) {
  override get message(): string {
    return messages[this.reason]
  }
}

const messages: Record<SignatureError["reason"], string> = {
  MissingHeaders: "webhook-id, webhook-timestamp or webhook-signature is missing",
  InvalidId: "webhook-id is not 1 to 256 visible ASCII characters without a dot",
  InvalidTimestamp: "webhook-timestamp is not a count of seconds",
  InvalidSignatureHeader: "webhook-signature is too long",
  Expired: "the message is too old",
  TooNew: "the message is from the future",
  NoMatch: "no signature matches",
}

const failWith = (reason: SignatureError["reason"]) => Result.fail(new SignatureError({ reason }))

const defaultToleranceMillis = 5 * 60 * 1000
const maxSignatureHeaderLength = 4096
const maxSignatures = 16
const maxEd25519Signatures = 4

/** A signature of HMAC-SHA256 as base64: 32 bytes. */
const hmacLength = 44
/** An ed25519 signature as base64: 64 bytes. */
const ed25519Length = 88

/** Seconds without sign, fraction or leading zero, so that one moment has one text. */
const timestampPattern = /^(?:0|[1-9]\d{0,11})$/

/** The signed content, its head apart from the body: HMAC takes the two in turn, ed25519 needs them in one piece. */
interface Content {
  readonly head: string
  readonly body: Uint8Array
}

const joined = ({ head, body }: Content): Uint8Array => Buffer.concat([Buffer.from(head, "latin1"), body])

const hmacOf = ({ head, body }: Content, secret: Extract<Secret, { _tag: "Hmac" }>): string =>
  createHmac("sha256", Redacted.value(secret.key).mac).update(head, "latin1").update(body).digest("base64")

/**
 * Signs a message, synchronously.
 *
 * `timestamp` is when this attempt is sent, in Unix seconds; a fraction is dropped.
 *
 * @category signing
 * @since 0.1.0
 */
export const sign = (message: Message & { readonly timestamp: number }): SignatureHeaders => {
  const timestamp = String(Math.floor(message.timestamp))
  const body = typeof message.body === "string" ? Buffer.from(message.body) : message.body
  const content = { head: `${message.id}.${timestamp}.`, body }
  const signatures = message.secrets.map((secret) =>
    secret._tag === "Hmac"
      ? `v1,${hmacOf(content, secret)}`
      : `v1a,${signEd25519(null, joined(content), Redacted.value(secret.key).signing).toString("base64")}`,
  )
  return {
    "webhook-id": message.id,
    "webhook-timestamp": timestamp,
    "webhook-signature": signatures.join(" "),
  }
}

/**
 * Signs a message as sent now, by the `Clock`.
 *
 * @category signing
 * @since 0.1.0
 */
export const signNow = (message: Message): Effect.Effect<SignatureHeaders> =>
  Effect.map(Clock.currentTimeMillis, (now) => sign({ ...message, timestamp: now / 1000 }))

/** The signatures of one version as far as they are read, those of another length left out. */
const signaturesOf = (entries: ReadonlyArray<string>, version: string, length: number): ReadonlyArray<string> =>
  entries
    .filter((entry) => entry.startsWith(version) && entry.length === version.length + length)
    .map((entry) => entry.slice(version.length))

const matches = (content: Content, header: string, secrets: ReadonlyArray<Secret>): boolean => {
  const entries = header.split(" ", maxSignatures)
  const macs = signaturesOf(entries, "v1,", hmacLength).map((text) => Buffer.from(text))
  const ed25519 = signaturesOf(entries, "v1a,", ed25519Length).slice(0, maxEd25519Signatures)
  const whole = ed25519.length === 0 ? undefined : joined(content)
  return secrets.some((secret) => {
    if (secret._tag === "Hmac") {
      if (macs.length === 0) return false
      // Compared as text: base64 can spell the same bytes in more than one way, and only one of them was signed.
      const expected = Buffer.from(hmacOf(content, secret))
      return macs.some((mac) => mac.byteLength === expected.byteLength && timingSafeEqual(mac, expected))
    }
    const { verifying } = Redacted.value(secret.key)
    return ed25519.some((text) => {
      const signature = Buffer.from(text, "base64")
      return (
        whole !== undefined && signature.toString("base64") === text && verifyEd25519(null, whole, verifying, signature)
      )
    })
  })
}

/**
 * Verifies a message as received at `nowMillis` (Unix milliseconds), synchronously and without reading a clock.
 *
 * @category verification
 * @since 0.1.0
 */
export const verifyAt = (
  nowMillis: number,
  { headers, body, secrets }: ReceivedMessage,
  options?: VerifyOptions,
): Result.Result<Verified, SignatureError> => {
  const id = headers["webhook-id"]
  const timestampText = headers["webhook-timestamp"]
  const signatures = headers["webhook-signature"]
  if (!id || !timestampText || !signatures) return failWith("MissingHeaders")
  if (!isWebhookId(id)) return failWith("InvalidId")
  if (!timestampPattern.test(timestampText)) return failWith("InvalidTimestamp")
  if (signatures.length > maxSignatureHeaderLength) return failWith("InvalidSignatureHeader")
  const timestamp = Number(timestampText)
  const tolerance = options?.tolerance === undefined ? defaultToleranceMillis : Duration.toMillis(options.tolerance)
  const age = nowMillis - timestamp * 1000
  if (-age > tolerance) return failWith("TooNew")
  // Not `age > tolerance`: NaN must not pass.
  if (!(age <= tolerance)) return failWith("Expired")
  return matches({ head: `${id}.${timestampText}.`, body }, signatures, secrets)
    ? Result.succeed({ id, timestamp })
    : failWith("NoMatch")
}

/**
 * Verifies a message as received now, by the `Clock`.
 *
 * @category verification
 * @since 0.1.0
 */
export const verify = (message: ReceivedMessage, options?: VerifyOptions): Effect.Effect<Verified, SignatureError> =>
  Clock.clockWith((clock) => Effect.fromResult(verifyAt(clock.currentTimeMillisUnsafe(), message, options)))
