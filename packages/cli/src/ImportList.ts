/**
 * The list of devices that `espalier import` reads: CSV with a UDID and a certificate fingerprint in each line.
 *
 * A header names the columns: `udid` or `id`, and `fingerprint` or `sha256`, in any order and among others. Without a header they are the first two.
 */
import { Result } from "effect"

/**
 * A device. Without a fingerprint its first certificate is accepted.
 *
 * @category models
 * @since 0.1.0
 */
export interface ImportedDevice {
  readonly udid: string
  readonly fingerprint?: string
}

const names = { udid: /^(?:udid|id)$/, fingerprint: /^(?:fingerprint|sha256)$/ } as const

/** The fields of a line. UDIDs and fingerprints contain neither commas nor quotes. */
const fieldsOf = (line: string): ReadonlyArray<string> =>
  line.split(",").map((field) => field.trim().replace(/^"(.*)"$/, "$1"))

/** Colons between the bytes and upper case are accepted, as OpenSSL prints them. */
const fingerprintOf = (text: string): string | undefined => {
  const hex = text.replaceAll(":", "").toLowerCase()
  return /^[0-9a-f]{64}$/.test(hex) ? hex : undefined
}

/**
 * Parses the list. The failure is a sentence that names the line.
 *
 * @category parsing
 * @since 0.1.0
 */
export const parse = (text: string): Result.Result<ReadonlyArray<ImportedDevice>, string> => {
  const lines = text
    .replace(/^\uFEFF/, "")
    .split(/\r?\n/)
    .map((line, index) => ({ fields: fieldsOf(line), number: index + 1, isEmpty: line.trim() === "" }))
    .filter(({ isEmpty }) => !isEmpty)
  const header = (lines[0]?.fields ?? []).map((field) => field.toLowerCase())
  const indexOf = (column: keyof typeof names) => header.findIndex((field) => names[column].test(field))
  const hasHeader = indexOf("udid") >= 0
  if (hasHeader && indexOf("fingerprint") < 0)
    return Result.fail("line 1: the header has no column fingerprint or sha256")
  const columns = hasHeader
    ? { udid: indexOf("udid"), fingerprint: indexOf("fingerprint") }
    : { udid: 0, fingerprint: 1 }

  const devices: Array<ImportedDevice> = []
  for (const { fields, number } of hasHeader ? lines.slice(1) : lines) {
    const udid = fields[columns.udid] ?? ""
    if (!/^[\x21-\x7e]{1,255}$/.test(udid)) return Result.fail(`line ${number}: the UDID is missing or invalid`)
    const given = fields[columns.fingerprint] ?? ""
    const fingerprint = given === "*" ? undefined : fingerprintOf(given)
    if (given !== "*" && fingerprint === undefined) {
      return Result.fail(`line ${number}: the fingerprint must be the SHA-256 of the certificate in hex, or *`)
    }
    devices.push(fingerprint === undefined ? { udid } : { udid, fingerprint })
  }
  return devices.length === 0 ? Result.fail("it contains no device") : Result.succeed(devices)
}
