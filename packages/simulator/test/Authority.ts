/**
 * The authority that gives simulated devices their certificates, the server's own TLS, and keys for all of them.
 */
import { generateKeyPairSync, type KeyObject } from "node:crypto"
import { Certificate } from "@espalier/apple"
import { Effect, Result } from "effect"

/** One key for each role: making them is what takes time. */
const keys = Array.from({ length: 4 }, () => generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey)
const [authorityKey = keyMissing(), tlsKey = keyMissing(), ...deviceKeys] = keys
function keyMissing(): never {
  throw new Error("no key")
}

/** Device keys in turn, so that a renewal has another one than before. */
export const newKey = (): (() => Effect.Effect<KeyObject>) => {
  let next = 0
  return () => Effect.sync(() => deviceKeys[next++ % deviceKeys.length] ?? keyMissing())
}

const now = new Date()
export const authority: Certificate.KeyedCertificate = {
  certificate: Result.getOrThrow(
    Certificate.selfSignedCa({ privateKey: authorityKey, subject: { commonName: "Test CA" }, at: now, days: 30 }),
  ),
  privateKey: authorityKey,
}

/** What the server's own TLS certificate is: one that signs itself, for `localhost`. */
export const tls = {
  certificate: Certificate.toPem(
    Result.getOrThrow(Certificate.temporary({ privateKey: tlsKey, subject: { commonName: "localhost" }, at: now })),
  ),
  key: tlsKey,
}
