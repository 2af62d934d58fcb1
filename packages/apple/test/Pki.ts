/** A small certificate world for tests: an authority, a device, and the keys they hold. */
import { createPublicKey, generateKeyPairSync, type KeyObject } from "node:crypto"
import { Certificate } from "../src/index.ts"
import { succeeded } from "./Messages.ts"

/** The moment of every test. */
export const now = new Date("2026-11-21T12:00:00Z")

/** A moment so many days from then. */
export const inDays = (days: number): Date => new Date(now.getTime() + days * 86_400_000)

export const rsaKey = (modulusLength = 2048): KeyObject => generateKeyPairSync("rsa", { modulusLength }).privateKey
export const ecKey = (namedCurve: string): KeyObject => generateKeyPairSync("ec", { namedCurve }).privateKey

/** An authority that signs itself, good for ten years. */
export const authorityOf = (commonName: string, privateKey: KeyObject, at = now): Certificate.KeyedCertificate => ({
  certificate: succeeded(Certificate.selfSignedCa({ privateKey, subject: { commonName }, at, days: 3650 })),
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
    certificate: succeeded(
      Certificate.issue({ authority, publicKey: createPublicKey(privateKey), subject: { commonName }, at, days }),
    ),
    privateKey,
  }
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
