/** Distinguished names (RFC 5280 § 4.1.2.4): from words to DER, or DER that is taken over as it is. */
import { Result } from "effect"
import * as Asn1 from "../Asn1.ts"
import { type CertificateError, certificateError } from "./CertificateError.ts"

/**
 * A name in words, its parts in the order they are written.
 *
 * @category models
 * @since 0.1.0
 */
export interface NameParts {
  readonly country?: string
  readonly organization?: string
  readonly organizationalUnit?: string
  readonly commonName?: string
  readonly serialNumber?: string
}

/**
 * Whom a certificate is for: words, or the DER of a Name, such as a request's.
 *
 * @category models
 * @since 0.1.0
 */
export type Subject = NameParts | Uint8Array

const kinds = [
  { key: "country", id: "2.5.4.6", longest: 2, printable: true },
  { key: "organization", id: "2.5.4.10", longest: 64, printable: false },
  { key: "organizationalUnit", id: "2.5.4.11", longest: 64, printable: false },
  { key: "commonName", id: "2.5.4.3", longest: 64, printable: false },
  { key: "serialNumber", id: "2.5.4.5", longest: 64, printable: true },
] as const

const printable = /^[A-Za-z0-9 '()+,\-./:=?]*$/

/** The longest Name that is taken over, in bytes. */
const maxBytes = 2048

/**
 * DER of a Name.
 *
 * @category encoding
 * @since 0.1.0
 */
export const encodeName = (subject: Subject): Result.Result<Uint8Array, CertificateError> =>
  Result.gen(function* () {
    const refused = certificateError("Unissuable", "Not a distinguished name")
    if (subject instanceof Uint8Array) {
      const node = yield* Result.mapError(Asn1.read(subject), () => refused)
      const fits = node.tag === Asn1.Sequence && subject.length <= maxBytes
      return fits ? Uint8Array.from(subject) : yield* Result.fail(refused)
    }
    const parts: Array<Uint8Array> = []
    for (const kind of kinds) {
      const text = subject[kind.key]
      if (text === undefined) continue
      if (text.length === 0 || text.length > kind.longest || (kind.printable && !printable.test(text))) {
        return yield* Result.fail(refused)
      }
      const value = kind.printable ? Asn1.printableString(text) : Asn1.utf8String(text)
      parts.push(Asn1.setOf(Asn1.sequence(Asn1.objectIdentifier(kind.id), value)))
    }
    return Asn1.sequence(...parts)
  })
