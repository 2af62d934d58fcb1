/**
 * Cryptographic Message Syntax (RFC 5652), as far as device management needs it: a device's signature over its message, signed
 * profiles, and both layers of SCEP.
 *
 * Reads DER and BER (devices send indefinite lengths), writes DER. Nothing throws; everything is bounded. A verified signature
 * shows who signed, not that the signer is trusted: use `Certificate.verifyChain` for that.
 */
export { type Cipher, type Digest, modernDigests } from "./Cms/Algorithms.ts"
export { CmsError, CmsErrorReason } from "./Cms/CmsError.ts"
export type { Limits } from "./Cms/ContentInfo.ts"
export { envelope, maxRecipients, type Opened, open } from "./Cms/EnvelopedData.ts"
export { certsOnly, readCertsOnly, type SignOptions, sign } from "./Cms/Sign.ts"
export type { Attributes } from "./Cms/SignedData.ts"
export { type Verified, type VerifyOptions, verify } from "./Cms/Verify.ts"
