/**
 * Simple Certificate Enrollment Protocol (RFC 8894): how a device gets its identity. It has the messages of both sides. HTTP, challenges
 * and the decision to issue a certificate are the server's.
 *
 * Authority: {@link receive} a request, `Certificate.issue`, respond with {@link success} or {@link failure}.
 * Device: {@link pkcsReq} or {@link renewalReq}, then {@link readCertRep}.
 */

export { failure, type Request, receive, success } from "./Scep/Authority.ts"
export { capabilities, capabilitiesText, contentTypes, parseCapabilities } from "./Scep/Capabilities.ts"
export { type CertificationRequest, makeRequest, maxChallenge, readRequest } from "./Scep/CertificationRequest.ts"
export {
  type CertRep,
  type ClientError,
  type Pending,
  pkcsReq,
  type RequestOptions,
  readCaCertificates,
  readCertRep,
  renewalReq,
} from "./Scep/Client.ts"
export { FailInfo, ScepError, Transaction } from "./Scep/ScepError.ts"
