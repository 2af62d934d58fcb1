/** Why a CMS message was rejected. The error holds nothing of the message. */
import { Schema } from "effect"

/**
 * What is wrong:
 *
 * - `TooLarge`: more bytes, certificates or recipients than are allowed;
 * - `Malformed`: not the expected structure;
 * - `Unsupported`: an algorithm or key that is not allowed;
 * - `NoSigner`: not exactly one signer, or its certificate is not in the message;
 * - `SignatureInvalid`: the signature does not match the content or the attributes;
 * - `DecryptionFailed`: not for this key, or not decryptable. One error for all causes, so that a sender cannot learn the cause;
 * - `Unsignable`: the given key cannot sign or encrypt.
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
 * A CMS message that was rejected or cannot be created.
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
 * The error for any structural fault.
 *
 * @category constructors
 * @since 0.1.0
 */
export const malformed = (): CmsError => cmsError("Malformed", "Not a CMS message of the expected kind")
