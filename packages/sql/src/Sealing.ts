/**
 * Secrets at rest: texts sealed with AES-256-GCM under a key that is kept outside the database.
 *
 * A sealed text is `sealed:v1:<key id>:<base64url>`, where the last part is a random 96-bit nonce, the ciphertext and the 128-bit tag
 * (NIST SP 800-38D). The context (table, column and row) is authenticated with it, so that a sealed text copied to another row does not open.
 *
 * **Details**
 *
 * The first key seals; every key opens. To rotate, put a new key in front, seal every row again with {@link Sealing} `reseal`, then take the
 * old key away.
 *
 * **Gotchas**
 *
 * A text without the `sealed:` prefix opens as it is: it was written before a key was configured. `isCurrent` is false for it, so the next
 * rotation seals it.
 *
 * @since 0.1.0
 */
import { createCipheriv, createDecipheriv, createHash, randomBytes } from "node:crypto"
import { type Array, type Config, Context, Effect, Layer, Redacted, Result, Schema } from "effect"

/**
 * A key of 32 bytes and the id that sealed texts carry. Shows nothing when printed.
 *
 * @category models
 * @since 0.1.0
 */
export interface SealingKey {
  /** The first 8 hexadecimal digits of a hash of the key. */
  readonly id: string
  readonly bytes: Redacted.Redacted<Uint8Array>
}

/**
 * A text that is not a sealing key. Holds nothing of the text.
 *
 * @category errors
 * @since 0.1.0
 */
export class InvalidSealingKey extends Schema.TaggedError<InvalidSealingKey>()("InvalidSealingKey", {}) {
  override get message(): string {
    return "A sealing key is 32 random bytes in base64, for example from: openssl rand -base64 32"
  }
}

/**
 * A sealed text that does not open.
 *
 * - `KeyNotFound`: no configured key has the id that the text carries.
 * - `Damaged`: the text was changed, cut, or copied from another row.
 *
 * @category errors
 * @since 0.1.0
 */
export class SealingError extends Schema.TaggedError<SealingError>()("SealingError", {
  reason: Schema.Literals(["KeyNotFound", "Damaged"]),
  keyId: Schema.String,
}) {
  override get message(): string {
    return this.reason === "KeyNotFound"
      ? `A secret in the database is sealed with key ${this.keyId}, which is not configured`
      : `A secret in the database that was sealed with key ${this.keyId} is damaged`
  }
}

const keyLength = 32
const nonceLength = 12
const tagLength = 16
const algorithm = "aes-256-gcm"

/**
 * Reads a key: 32 bytes in base64 or base64url, white space around it allowed.
 *
 * @category decoding
 * @since 0.1.0
 */
export const parseKey = (text: Redacted.Redacted | string): Result.Result<SealingKey, InvalidSealingKey> => {
  const trimmed = (Redacted.isRedacted(text) ? Redacted.value(text) : text).trim()
  // 32 bytes are 43 characters, and one of padding. Node's decoder reads both alphabets and ignores what it does not know.
  if (!/^[\w+/-]{43}=?$/.test(trimmed)) return Result.fail(new InvalidSealingKey({}))
  const bytes = Buffer.from(trimmed, "base64")
  if (bytes.length !== keyLength) return Result.fail(new InvalidSealingKey({}))
  return Result.succeed({ id: keyId(bytes), bytes: Redacted.make(Uint8Array.from(bytes), { label: "sealing key" }) })
}

/**
 * Makes a new key, as the text that {@link parseKey} reads.
 *
 * @category constructors
 * @since 0.1.0
 */
export const generateKey: Effect.Effect<Redacted.Redacted> = Effect.sync(() =>
  Redacted.make(randomBytes(keyLength).toString("base64")),
)

const keyId = (bytes: Uint8Array): string =>
  createHash("sha256").update("espalier sealing key\0").update(bytes).digest("hex").slice(0, 8)

/**
 * Seals and opens secrets.
 *
 * - `seal`: the text under the first key. The same text seals to another value each time.
 * - `open`: the text, whichever of the keys sealed it.
 * - `isCurrent`: whether the first key sealed it.
 *
 * `context` names the place of the secret, such as `integration/int_1/secret`.
 *
 * @category services
 * @since 0.1.0
 */
export class Sealing extends Context.Service<
  Sealing,
  {
    readonly seal: (text: Redacted.Redacted | string, context: string) => string
    readonly open: (sealed: string, context: string) => Result.Result<Redacted.Redacted, SealingError>
    readonly isCurrent: (sealed: string) => boolean
  }
>()("@espalier/sql/Sealing") {}

const prefix = "sealed:v1:"

/**
 * Whether a text is not sealed: it was written before a key was configured.
 *
 * @category guards
 * @since 0.1.0
 */
export const isPlain = (text: string): boolean => !text.startsWith(prefix)

const parts = (sealed: string): readonly [id: string, payload: string] => {
  const end = sealed.indexOf(":", prefix.length)
  return end === -1 ? [sealed.slice(prefix.length), ""] : [sealed.slice(prefix.length, end), sealed.slice(end + 1)]
}

/**
 * @category constructors
 * @since 0.1.0
 */
export const make = (keys: Array.NonEmptyReadonlyArray<SealingKey>): Sealing["Service"] => {
  const [current] = keys
  const byId = new Map(keys.map(({ id, bytes }) => [id, bytes]))
  return {
    seal: (text, context) => {
      const nonce = randomBytes(nonceLength)
      const cipher = createCipheriv(algorithm, Redacted.value(current.bytes), nonce, { authTagLength: tagLength })
      cipher.setAAD(Buffer.from(context))
      const plain = Redacted.isRedacted(text) ? Redacted.value(text) : text
      const payload = Buffer.concat([nonce, cipher.update(plain, "utf8"), cipher.final(), cipher.getAuthTag()])
      return `${prefix}${current.id}:${payload.toString("base64url")}`
    },
    open: (sealed, context) => {
      if (isPlain(sealed)) return Result.succeed(Redacted.make(sealed))
      const [id, payload] = parts(sealed)
      const key = byId.get(id)
      if (key === undefined) return Result.fail(new SealingError({ reason: "KeyNotFound", keyId: id }))
      const bytes = Buffer.from(payload, "base64url")
      if (bytes.length < nonceLength + tagLength) {
        return Result.fail(new SealingError({ reason: "Damaged", keyId: id }))
      }
      const decipher = createDecipheriv(algorithm, Redacted.value(key), bytes.subarray(0, nonceLength), {
        authTagLength: tagLength,
      })
      decipher.setAAD(Buffer.from(context))
      decipher.setAuthTag(bytes.subarray(-tagLength))
      return Result.try({
        try: () => {
          const text =
            decipher.update(bytes.subarray(nonceLength, -tagLength), undefined, "utf8") + decipher.final("utf8")
          return Redacted.make(text)
        },
        catch: () => new SealingError({ reason: "Damaged", keyId: id }),
      })
    },
    isCurrent: (sealed) => sealed.startsWith(`${prefix}${current.id}:`),
  }
}

/**
 * @category layers
 * @since 0.1.0
 */
export const layer = (
  keys: Array.NonEmptyReadonlyArray<Redacted.Redacted | string>,
): Layer.Layer<Sealing, InvalidSealingKey> =>
  Layer.effect(
    Sealing,
    Effect.map(
      Effect.forEach(keys, (key) => Effect.fromResult(parseKey(key))),
      make,
    ),
  )

/**
 * {@link layer} with its keys from configuration.
 *
 * @category layers
 * @since 0.1.0
 */
export const layerConfig = (
  keys: Config.Config<Array.NonEmptyReadonlyArray<Redacted.Redacted | string>>,
): Layer.Layer<Sealing, InvalidSealingKey | Config.ConfigError> => Layer.unwrap(Effect.map(keys, layer))
