/** The outermost layer (RFC 5652 § 3), and the limits that hold before anything is parsed. */

import { id_data, id_envelopedData, id_signedData } from "@peculiar/asn1-cms"
import { Result } from "effect"
import * as Asn1 from "../Asn1.ts"
import { type CmsError, cmsError, malformed } from "./CmsError.ts"

export { id_data, id_envelopedData, id_signedData }

/**
 * How much is looked at.
 *
 * @category limits
 * @since 0.1.0
 */
export interface Limits {
  /** Bytes of the whole message; 1 MiB unless given. */
  readonly maxBytes?: number
  /** Certificates in the message; 16 unless given. */
  readonly maxCertificates?: number
}

/**
 * @category constants
 * @since 0.1.0
 */
export const defaultMaxBytes = 1024 * 1024
/**
 * @category constants
 * @since 0.1.0
 */
export const defaultMaxCertificates = 16

/**
 * The content of a ContentInfo of this type.
 *
 * @category reading
 * @since 0.1.0
 */
export const readContentInfo = (
  bytes: Uint8Array,
  contentType: string,
  limits: Limits = {},
): Result.Result<Asn1.Node, CmsError> => {
  if (bytes.length > (limits.maxBytes ?? defaultMaxBytes)) {
    return Result.fail(cmsError("TooLarge", "CMS message larger than allowed"))
  }
  const content = Result.gen(function* () {
    const fields = yield* Asn1.enter(yield* Asn1.read(bytes), Asn1.Sequence)
    const type = yield* Asn1.oid(yield* fields.next(Asn1.ObjectIdentifier))
    if (type !== contentType) return yield* Result.fail(new Asn1.Asn1Error({ message: "Another content type" }))
    return yield* Asn1.unwrap(yield* fields.next(Asn1.context(0)))
  })
  return Result.mapError(content, malformed)
}

/**
 * DER of a ContentInfo.
 *
 * @category writing
 * @since 0.1.0
 */
export const contentInfo = (contentType: string, content: Uint8Array): Uint8Array =>
  Asn1.sequence(Asn1.objectIdentifier(contentType), Asn1.tagged(0, content))
