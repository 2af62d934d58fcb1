/**
 * Distinguished names (RFC 5280 § 4.1.2.4): made from name parts or from the pairs of a SCEP payload, or taken over as DER.
 */
import { Result } from "effect"
import * as Asn1 from "../Asn1.ts"
import { type CertificateError, certificateError } from "./CertificateError.ts"

/**
 * The common parts of a name, encoded in the order in which they stand here.
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
 * A name as the `Subject` of a SCEP payload holds it: an array of sets of pairs. A type is a dotted object identifier or one of
 * `C`, `L`, `ST`, `O`, `OU`, `CN`.
 *
 * @category models
 * @since 0.1.0
 */
export type NamePairs = ReadonlyArray<ReadonlyArray<readonly [type: string, value: string]>>

/**
 * The subject of a certificate: name parts, pairs, or the DER of a Name, such as the one of a certification request.
 *
 * @category models
 * @since 0.1.0
 */
export type Subject = NameParts | NamePairs | Uint8Array

const kinds = [
  { key: "country", type: "C", longest: 2, printable: true },
  { key: "organization", type: "O", longest: 64, printable: false },
  { key: "organizationalUnit", type: "OU", longest: 64, printable: false },
  { key: "commonName", type: "CN", longest: 64, printable: false },
  { key: "serialNumber", type: "2.5.4.5", longest: 64, printable: true },
] as const

const shortNames: ReadonlyMap<string, string> = new Map([
  ["C", "2.5.4.6"],
  ["L", "2.5.4.7"],
  ["ST", "2.5.4.8"],
  ["O", "2.5.4.10"],
  ["OU", "2.5.4.11"],
  ["CN", "2.5.4.3"],
])

/** RFC 5280, Appendix A.1: a country and a serial number are PrintableStrings; the rest is written as UTF8String. */
const printableTypes: ReadonlySet<string> = new Set(["2.5.4.6", "2.5.4.5"])

const printable = /^[A-Za-z0-9 '()+,\-./:=?]*$/

/** The longest encoded Name, in bytes. */
const maxBytes = 2048
/** The most relative names, and the most pairs in one. */
const maxParts = 32
/** The longest value of a pair, in bytes. */
const maxValueBytes = 512

const invalidName = certificateError("Unissuable", "Not a distinguished name")

const encodePair = ([type, value]: readonly [type: string, value: string]): Result.Result<
  Uint8Array,
  CertificateError
> => {
  const id = shortNames.get(type) ?? type
  if (!Asn1.isObjectIdentifier(id) || Buffer.byteLength(value) > maxValueBytes) return Result.fail(invalidName)
  const text = printableTypes.has(id) && printable.test(value) ? Asn1.printableString(value) : Asn1.utf8String(value)
  return Result.succeed(Asn1.sequence(Asn1.objectIdentifier(id), text))
}

const fromPairs = (pairs: NamePairs): Result.Result<Uint8Array, CertificateError> =>
  Result.gen(function* () {
    if (pairs.length > maxParts) return yield* Result.fail(invalidName)
    const names: Array<Uint8Array> = []
    for (const set of pairs) {
      if (set.length > maxParts) return yield* Result.fail(invalidName)
      const encoded: Array<Uint8Array> = []
      for (const pair of set) encoded.push(yield* encodePair(pair))
      names.push(Asn1.setOf(...encoded))
    }
    const der = Asn1.sequence(...names)
    return der.length <= maxBytes ? der : yield* Result.fail(invalidName)
  })

const fromParts = (parts: NameParts): Result.Result<Uint8Array, CertificateError> => {
  const pairs: Array<ReadonlyArray<readonly [string, string]>> = []
  for (const kind of kinds) {
    const text = parts[kind.key]
    if (text === undefined) continue
    if (text.length === 0 || text.length > kind.longest || (kind.printable && !printable.test(text))) {
      return Result.fail(invalidName)
    }
    pairs.push([[kind.type, text]])
  }
  return fromPairs(pairs)
}

const fromDer = (der: Uint8Array): Result.Result<Uint8Array, CertificateError> => {
  const tag = Result.map(Asn1.read(der), (node) => node.tag)
  return der.length <= maxBytes && Result.getOrUndefined(tag) === Asn1.Sequence
    ? Result.succeed(Uint8Array.from(der))
    : Result.fail(invalidName)
}

const isPairs = (subject: NameParts | NamePairs): subject is NamePairs => Array.isArray(subject)

/**
 * DER of a Name.
 *
 * **Details**
 *
 * Fails with `Unissuable` for a part that is empty or too long, for a type that is not an object identifier, for more than 32 pairs,
 * and for more than 2,048 bytes of DER.
 *
 * @category encoding
 * @since 0.1.0
 */
export const encodeName = (subject: Subject): Result.Result<Uint8Array, CertificateError> =>
  subject instanceof Uint8Array ? fromDer(subject) : isPairs(subject) ? fromPairs(subject) : fromParts(subject)
