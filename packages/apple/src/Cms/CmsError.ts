/** Why a CMS message was refused. Says nothing of what stood in it. */
import { Schema } from "effect"

/**
 * What is wrong:
 *
 * - `TooLarge`: more bytes, certificates or recipients than are looked at;
 * - `Malformed`: not the structure it should be;
 * - `Unsupported`: an algorithm or key outside the allowed ones;
 * - `NoSigner`: not exactly one signer, or its certificate is not in the message;
 * - `SignatureInvalid`: content or attributes are not what was signed;
 * - `DecryptionFailed`: not for this key, or not decryptable. One error for all causes, on purpose;
 * - `Unsignable`: asked to sign or encrypt with what cannot do that.
 *
 * @category errors
 * @since 0.1.0
 */
export const CmsErrorReason = Schema.Literals([
  "TooLarge",
  "Malformed",
  "Unsupported",
  "NoSigner",
  "SignatureInvalid",
  "DecryptionFailed",
  "Unsignable",
])
/**
 * @category errors
 * @since 0.1.0
 */
export type CmsErrorReason = typeof CmsErrorReason.Type

/**
 * A CMS message that is refused, or cannot be made.
 *
 * @category errors
 * @since 0.1.0
 */
export class CmsError extends Schema.TaggedError<CmsError>()("CmsError", {
  reason: CmsErrorReason,
  message: Schema.String,
}) {}

/**
 * @category constructors
 * @since 0.1.0
 */
export const cmsError = (reason: CmsErrorReason, message: string): CmsError => new CmsError({ reason, message })

/**
 * What any structural error comes to.
 *
 * @category constructors
 * @since 0.1.0
 */
export const malformed = (): CmsError => cmsError("Malformed", "Not a CMS message of the expected kind")
