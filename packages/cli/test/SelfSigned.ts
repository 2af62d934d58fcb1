/**
 * A TLS certificate that signs itself, made anew: for a server on this machine that a test trusts.
 */
import { generateKeyPairSync } from "node:crypto"
import { Certificate } from "@espalier/apple"
import { Result } from "effect"

/** PEM of both. */
export interface TlsPair {
  readonly cert: string
  readonly key: string
}

export const selfSigned = (commonName: string): TlsPair => {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 })
  const certificate = Certificate.temporary({ privateKey, subject: { commonName }, at: new Date() })
  return {
    cert: Certificate.toPem(Result.getOrThrow(certificate)),
    key: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
  }
}
