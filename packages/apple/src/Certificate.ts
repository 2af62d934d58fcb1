/**
 * X.509 certificates (RFC 5280), as far as device management needs them: read, compare, verify and issue
 * them.
 *
 * Nothing throws: any bytes give a certificate or a {@link CertificateError}. A parsed certificate is not a trusted one: see
 * `verifyChain`.
 */

export { CertificateError, CertificateErrorReason } from "./Certificate/CertificateError.ts"
export { maxDepth, maxIntermediates, maxSignatures, verifyChain } from "./Certificate/Chain.ts"
export {
  backdatedMillis,
  isRsaKey,
  issue,
  type KeyedCertificate,
  selfSignedCa,
  temporary,
} from "./Certificate/Issue.ts"
export { encodeName, type NamePairs, type NameParts, type Subject } from "./Certificate/Name.ts"
export {
  type Certificate,
  type Extension,
  equals,
  fingerprint,
  fromDer,
  fromPem,
  issuerAndSerialNumber,
  maxBytes,
  parse,
  serialNumber,
  subjectKeyIdentifier,
  subjectText,
  toPem,
  validAt,
  validity,
} from "./Certificate/X509.ts"
