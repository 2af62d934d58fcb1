/** A small certificate world for tests: an authority, a device, and the keys they hold. */
import { createPublicKey, generateKeyPairSync, type KeyObject } from "node:crypto"
import { Certificate } from "@espalier/apple"
import { ObjectIdentifier, Sequence, Set as SetOf, Utf8String } from "asn1js"
import { Result } from "effect"

/** The moment of every test. */
export const now = new Date("2026-11-21T12:00:00Z")

/** A moment so many days from then. */
export const inDays = (days: number): Date => new Date(now.getTime() + days * 86_400_000)

export const rsaKey = (modulusLength = 2048): KeyObject => generateKeyPairSync("rsa", { modulusLength }).privateKey
export const ecKey = (namedCurve: string): KeyObject => generateKeyPairSync("ec", { namedCurve }).privateKey

/** An authority that signs itself, good for ten years. */
export const authorityOf = (commonName: string, privateKey: KeyObject, at = now): Certificate.KeyedCertificate => ({
  certificate: Result.getOrThrow(Certificate.selfSignedCa({ privateKey, subject: { commonName }, at, days: 3650 })),
  privateKey,
})

/** A device's identity, good for a year. */
export const identityOf = (
  authority: Certificate.KeyedCertificate,
  privateKey: KeyObject,
  options: { readonly commonName?: string; readonly at?: Date; readonly days?: number } = {},
): Certificate.KeyedCertificate => {
  const { commonName = "device", at = now, days = 365 } = options
  return {
    certificate: Result.getOrThrow(
      Certificate.issue({ authority, publicKey: createPublicKey(privateKey), subject: { commonName }, at, days }),
    ),
    privateKey,
  }
}

/** An MDM push certificate for a topic, which is the UID of its subject, good for so many days from `at` on. */
export const pushCertificateOf = (options: {
  readonly authority: Certificate.KeyedCertificate
  readonly privateKey: KeyObject
  readonly topic: string
  readonly at: Date
  readonly days: number
}): Certificate.Certificate => {
  const { authority, privateKey, topic, at, days } = options
  const uid = new Sequence({
    value: [new ObjectIdentifier({ value: "0.9.2342.19200300.100.1.1" }), new Utf8String({ value: topic })],
  })
  const subject = new Uint8Array(new Sequence({ value: [new SetOf({ value: [uid] })] }).toBER())
  return Result.getOrThrow(Certificate.issue({ authority, publicKey: createPublicKey(privateKey), subject, at, days }))
}

/** Bytes of an edited copy: from `at`, `drop` bytes are replaced by `insert`. */
export const edited = (
  bytes: Uint8Array,
  edits: ReadonlyArray<{ readonly at: number; readonly drop: number; readonly insert: Uint8Array }>,
): Uint8Array =>
  edits.reduce((body, { at, drop, insert }) => {
    const start = at % (body.length + 1)
    return Uint8Array.from([...body.subarray(0, start), ...insert, ...body.subarray(start + drop)])
  }, bytes)
