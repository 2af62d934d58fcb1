/**
 * The keys of Standard Webhooks, parsed and opaque.
 *
 * | prefix   | key                                            | signs | verifies |
 * |----------|------------------------------------------------|-------|----------|
 * | `whsec_` | HMAC-SHA256, 24 to 64 bytes                    | `v1`  | `v1`     |
 * | `whsk_`  | ed25519 private: seed, or seed and public key  | `v1a` | `v1a`    |
 * | `whpk_`  | ed25519 public, 32 bytes                       | –     | `v1a`    |
 *
 * After the prefix follows canonical base64 (RFC 4648 §4, padded). The specification does not define which of the two usual
 * forms a private key has, so both are read; new keys have the 32-byte form, which its reference library uses.
 *
 * A parsed secret shows only its prefix when printed, logged or put into JSON; {@link format} is the one way back to the
 * text. Two secrets are `Equal` when their texts are. To rotate, use several secrets.
 */

import { createPrivateKey, createPublicKey, createSecretKey, type KeyObject, randomBytes } from "node:crypto"
import { Effect, Predicate, Redacted, Result, Schema, SchemaIssue, SchemaTransformation } from "effect"

const TypeId = "~@espalier/signing/Secret"

interface Opaque<Tag extends string, Key extends { readonly text: string }> {
  readonly [TypeId]: typeof TypeId
  readonly _tag: Tag
  /** The text, and the keys as Node holds them: building a `KeyObject` once makes each signature several times faster. */
  readonly key: Redacted.Redacted<Key>
}

/**
 * A `whsec_` secret, shared by sender and receiver.
 *
 * @category models
 * @since 0.1.0
 */
export interface HmacSecret extends Opaque<"Hmac", { readonly text: string; readonly mac: KeyObject }> {}

/**
 * A `whsk_` secret, held by the sender only.
 *
 * @category models
 * @since 0.1.0
 */
export interface Ed25519PrivateSecret
  extends Opaque<
    "Ed25519Private",
    { readonly text: string; readonly signing: KeyObject; readonly verifying: KeyObject }
  > {}

/**
 * A `whpk_` key, given to receivers. It is not secret, but treated like a secret, because a receiver trusts it.
 *
 * @category models
 * @since 0.1.0
 */
export interface Ed25519PublicSecret
  extends Opaque<"Ed25519Public", { readonly text: string; readonly verifying: KeyObject }> {}

/**
 * A secret that can sign.
 *
 * @category models
 * @since 0.1.0
 */
export type SigningSecret = HmacSecret | Ed25519PrivateSecret

/**
 * Any secret; each can verify.
 *
 * @category models
 * @since 0.1.0
 */
export type Secret = SigningSecret | Ed25519PublicSecret

/**
 * Why a text is not a secret. Holds nothing of the text.
 *
 * - `UnknownPrefix`: none of `whsec_`, `whsk_`, `whpk_`.
 * - `NotBase64`: what follows is not canonical base64 (padding missing, white space, the URL alphabet…).
 * - `InvalidLength`: the number of bytes is invalid for the kind of key.
 * - `KeyMismatch`: the public half of a 64-byte `whsk_` belongs to another private key.
 * - `CannotSign`: a public key where a signing secret is needed.
 *
 * @category errors
 * @since 0.1.0
 */
export class SecretError extends Schema.TaggedError<SecretError>()("SecretError", {
  reason: Schema.Literals(["UnknownPrefix", "NotBase64", "InvalidLength", "KeyMismatch", "CannotSign"]),
}) {
  override get message(): string {
    return messages[this.reason]
  }
}

const messages: Record<SecretError["reason"], string> = {
  UnknownPrefix: "a webhook secret starts with whsec_, whsk_ or whpk_",
  NotBase64: "what follows the prefix of a webhook secret is padded base64",
  InvalidLength: "a webhook secret has 24 to 64 bytes (whsec_), 32 or 64 bytes (whsk_) or 32 bytes (whpk_)",
  KeyMismatch: "the two halves of this whsk_ secret are not a pair",
  CannotSign: "a whpk_ key verifies only; signing takes a whsec_ or whsk_ secret",
}

const failWith = (reason: SecretError["reason"]) => Result.fail(new SecretError({ reason }))

// RFC 8410 §7 and §4: what precedes the 32 bytes in the DER forms of an ed25519 key.
const pkcs8Head = Buffer.from("302e020100300506032b657004220420", "hex")
const spkiHead = Buffer.from("302a300506032b6570032100", "hex")

const rawPublicKey = (key: KeyObject): Buffer =>
  key.export({ format: "der", type: "spki" }).subarray(spkiHead.byteLength)

const hmac = (text: string, bytes: Buffer): HmacSecret => ({
  [TypeId]: TypeId,
  _tag: "Hmac",
  key: Redacted.make({ text, mac: createSecretKey(bytes) }, { label: "whsec" }),
})

const ed25519Private = (text: string, seed: Buffer): Ed25519PrivateSecret => {
  const signing = createPrivateKey({ key: Buffer.concat([pkcs8Head, seed]), format: "der", type: "pkcs8" })
  const key = { text, signing, verifying: createPublicKey(signing) }
  return { [TypeId]: TypeId, _tag: "Ed25519Private", key: Redacted.make(key, { label: "whsk" }) }
}

const ed25519Public = (text: string, bytes: Buffer): Ed25519PublicSecret => {
  const verifying = createPublicKey({ key: Buffer.concat([spkiHead, bytes]), format: "der", type: "spki" })
  return { [TypeId]: TypeId, _tag: "Ed25519Public", key: Redacted.make({ text, verifying }, { label: "whpk" }) }
}

const secretText = /^(whsec|whsk|whpk)_(.*)$/s

/**
 * Reads a secret from its text, redacted or not.
 *
 * @category constructors
 * @since 0.1.0
 */
export const parse = (input: Redacted.Redacted | string): Result.Result<Secret, SecretError> => {
  const text = Redacted.isRedacted(input) ? Redacted.value(input) : input
  const [, prefix, encoded] = secretText.exec(text) ?? []
  if (prefix === undefined || encoded === undefined) return failWith("UnknownPrefix")
  if (encoded.length > 88) return failWith("InvalidLength")
  const bytes = Buffer.from(encoded, "base64")
  // Node skips invalid characters, so only a text that encodes to itself is valid base64.
  if (bytes.toString("base64") !== encoded) return failWith("NotBase64")
  const size = bytes.byteLength
  if (prefix === "whsec") return size < 24 || size > 64 ? failWith("InvalidLength") : Result.succeed(hmac(text, bytes))
  if (prefix === "whpk") return size !== 32 ? failWith("InvalidLength") : Result.succeed(ed25519Public(text, bytes))
  if (size !== 32 && size !== 64) return failWith("InvalidLength")
  const secret = ed25519Private(text, bytes.subarray(0, 32))
  const paired = size === 32 || rawPublicKey(Redacted.value(secret.key).verifying).equals(bytes.subarray(32))
  return paired ? Result.succeed(secret) : failWith("KeyMismatch")
}

/**
 * Reads a secret that can sign: {@link parse}, and `CannotSign` for a `whpk_` key.
 *
 * @category constructors
 * @since 0.1.0
 */
export const parseSigning = (input: Redacted.Redacted | string): Result.Result<SigningSecret, SecretError> =>
  Result.flatMap(parse(input), (secret) => (isSigning(secret) ? Result.succeed(secret) : failWith("CannotSign")))

/**
 * A fresh `whsec_` secret of 32 random bytes.
 *
 * @category constructors
 * @since 0.1.0
 */
export const generateHmac: Effect.Effect<HmacSecret> = Effect.sync(() => {
  const bytes = randomBytes(32)
  return hmac(`whsec_${bytes.toString("base64")}`, bytes)
})

/**
 * A fresh `whsk_` secret. Hand {@link publicKey} of it to receivers.
 *
 * @category constructors
 * @since 0.1.0
 */
export const generateEd25519: Effect.Effect<Ed25519PrivateSecret> = Effect.sync(() => {
  const seed = randomBytes(32)
  return ed25519Private(`whsk_${seed.toString("base64")}`, seed)
})

/**
 * The `whpk_` key of a `whsk_` secret.
 *
 * @category conversions
 * @since 0.1.0
 */
export const publicKey = (secret: Ed25519PrivateSecret): Ed25519PublicSecret => {
  const bytes = rawPublicKey(Redacted.value(secret.key).verifying)
  return ed25519Public(`whpk_${bytes.toString("base64")}`, bytes)
}

/**
 * The text of a secret, exactly as it was parsed. This reveals it.
 *
 * @category conversions
 * @since 0.1.0
 */
export const format = (secret: Secret): string => Redacted.value<{ readonly text: string }>(secret.key).text

/**
 * @category guards
 * @since 0.1.0
 */
export const isSecret = (u: unknown): u is Secret => Predicate.hasProperty(u, TypeId)

/**
 * Whether a secret can sign.
 *
 * @category guards
 * @since 0.1.0
 */
export const isSigning = (secret: Secret): secret is SigningSecret => secret._tag !== "Ed25519Public"

const codec = <S extends Secret>(self: Schema.declare<S>, read: (text: string) => Result.Result<S, SecretError>) =>
  Schema.String.pipe(
    Schema.decodeTo(
      self,
      SchemaTransformation.transformEffect<S, string>({
        // The issue gets no input, so it cannot show it, whatever the parse options are.
        decode: (text) =>
          Effect.mapError(
            Effect.fromResult(read(text)),
            ({ message }) => new SchemaIssue.InvalidValue({ message: `Invalid secret: ${message}` }),
          ),
        encode: (secret) => Effect.succeed(format(secret)),
      }),
    ),
  )

/**
 * Codec between the text of any secret and {@link Secret}. Failures do not show the text. Encoding reveals it.
 *
 * @category schemas
 * @since 0.1.0
 */
export const fromString = codec<Secret>(Schema.declare(isSecret, { identifier: "WebhookSecret" }), parse)

/**
 * Codec between the text of a `whsec_` or `whsk_` secret and {@link SigningSecret}.
 *
 * @category schemas
 * @since 0.1.0
 */
export const signingFromString = codec<SigningSecret>(
  Schema.declare((u): u is SigningSecret => isSecret(u) && isSigning(u), { identifier: "WebhookSigningSecret" }),
  parseSigning,
)
