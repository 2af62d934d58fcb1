/** The supported algorithms: digests, signatures, ciphers (RFC 3370, RFC 5754, RFC 3565). */

/**
 * A digest by the name `node:crypto` has for it.
 *
 * @category models
 * @since 0.1.0
 */
export type Digest = "sha1" | "sha256" | "sha384" | "sha512"

/**
 * The digests that are accepted by default. SHA-1 is not among them.
 *
 * @category limits
 * @since 0.1.0
 */
export const modernDigests: ReadonlyArray<Digest> = ["sha256", "sha384", "sha512"]

const digests: ReadonlyMap<string, Digest> = new Map([
  ["1.3.14.3.2.26", "sha1"],
  ["2.16.840.1.101.3.4.2.1", "sha256"],
  ["2.16.840.1.101.3.4.2.2", "sha384"],
  ["2.16.840.1.101.3.4.2.3", "sha512"],
])

/**
 * The digest of an object identifier.
 *
 * @category lookups
 * @since 0.1.0
 */
export const digestOf = (oid: string): Digest | undefined => digests.get(oid)

/**
 * Object identifiers of digests.
 *
 * @category lookups
 * @since 0.1.0
 */
export const digestIds: { readonly [D in Digest]: string } = {
  sha1: "1.3.14.3.2.26",
  sha256: "2.16.840.1.101.3.4.2.1",
  sha384: "2.16.840.1.101.3.4.2.2",
  sha512: "2.16.840.1.101.3.4.2.3",
}

/**
 * How a signature was made: with which kind of key, and (unless the digest is named elsewhere) which digest.
 *
 * @category models
 * @since 0.1.0
 */
export interface Signature {
  readonly key: "rsa" | "ec"
  readonly digest: Digest | undefined
}

/**
 * RSA with PKCS #1 v1.5 padding, the digest named elsewhere.
 *
 * @category lookups
 * @since 0.1.0
 */
export const rsaEncryption = "1.2.840.113549.1.1.1"

const signatures: ReadonlyMap<string, Signature> = new Map([
  [rsaEncryption, { key: "rsa", digest: undefined }],
  ["1.2.840.113549.1.1.5", { key: "rsa", digest: "sha1" }],
  ["1.2.840.113549.1.1.11", { key: "rsa", digest: "sha256" }],
  ["1.2.840.113549.1.1.12", { key: "rsa", digest: "sha384" }],
  ["1.2.840.113549.1.1.13", { key: "rsa", digest: "sha512" }],
  ["1.2.840.10045.4.1", { key: "ec", digest: "sha1" }],
  ["1.2.840.10045.4.3.2", { key: "ec", digest: "sha256" }],
  ["1.2.840.10045.4.3.3", { key: "ec", digest: "sha384" }],
  ["1.2.840.10045.4.3.4", { key: "ec", digest: "sha512" }],
])

/**
 * The signature algorithm of an object identifier.
 *
 * @category lookups
 * @since 0.1.0
 */
export const signatureOf = (oid: string): Signature | undefined => signatures.get(oid)

/**
 * Object identifiers of ECDSA by digest.
 *
 * @category lookups
 * @since 0.1.0
 */
export const ecdsaIds: { readonly [D in Digest]: string } = {
  sha1: "1.2.840.10045.4.1",
  sha256: "1.2.840.10045.4.3.2",
  sha384: "1.2.840.10045.4.3.3",
  sha512: "1.2.840.10045.4.3.4",
}

/**
 * A cipher by the name `node:crypto` has for it.
 *
 * @category models
 * @since 0.1.0
 */
export type Cipher = "aes-128-cbc" | "aes-256-cbc" | "des-ede3-cbc"

/**
 * Object identifier, key length and block length in bytes.
 *
 * @category lookups
 * @since 0.1.0
 */
export const ciphers: {
  readonly [C in Cipher]: { readonly id: string; readonly key: number; readonly block: number }
} = {
  "aes-128-cbc": { id: "2.16.840.1.101.3.4.1.2", key: 16, block: 16 },
  "aes-256-cbc": { id: "2.16.840.1.101.3.4.1.42", key: 32, block: 16 },
  "des-ede3-cbc": { id: "1.2.840.113549.3.7", key: 24, block: 8 },
}

const cipherIds: ReadonlyMap<string, Cipher> = new Map([
  [ciphers["aes-128-cbc"].id, "aes-128-cbc"],
  [ciphers["aes-256-cbc"].id, "aes-256-cbc"],
  [ciphers["des-ede3-cbc"].id, "des-ede3-cbc"],
])

/**
 * The cipher of an object identifier.
 *
 * @category lookups
 * @since 0.1.0
 */
export const cipherOf = (oid: string): Cipher | undefined => cipherIds.get(oid)
