/**
 * The errors of attempts in words, for the people who look for the cause.
 */

/** Codes of the system, of TLS, of the HTTP client, and our own. */
const messages: Readonly<Record<string, string>> = {
  Timeout: "The receiver did not respond in time",
  InvalidAddress: "The address of the receiver is not public",
  EventMissing: "The event was removed",
  InvalidResponse: "The response is not valid HTTP/1.1",
  UnexpectedContinue: "The receiver sent 100 Continue without being asked",
  ConnectionClosed: "The receiver closed the connection without a response",
  ResponseHeadersTooLarge: "The headers of the response are too large",
  CertificateInvalid: "The certificate of the receiver is invalid",
  CertificateKeyTooWeak: "The key of the receiver's certificate is too weak",
  ClientCertificateRequired: "The receiver requires a client certificate",
  DnsTimeout: "The name server did not respond in time",
  ENOTFOUND: "The host name does not exist",
  ENODATA: "The host name has no address",
  EAI_AGAIN: "The name server did not respond",
  ESERVFAIL: "The name server reported a failure",
  ETIMEOUT: "The name server did not respond in time",
  EREFUSED: "The name server refused the query",
  ECONNREFUSED: "The receiver refused the connection",
  ECONNRESET: "The connection was reset",
  ETIMEDOUT: "The connection timed out",
  EHOSTUNREACH: "There is no route to the receiver",
  ENETUNREACH: "There is no route to the receiver's network",
  EPIPE: "The connection was closed while the request was sent",
  EADDRNOTAVAIL: "No local port was available",
  UND_ERR_CONNECT_TIMEOUT: "The connection timed out",
  CERT_HAS_EXPIRED: "The certificate of the receiver has expired",
  CERT_NOT_YET_VALID: "The certificate of the receiver is not yet valid",
  CERT_REVOKED: "The certificate of the receiver is revoked",
  DEPTH_ZERO_SELF_SIGNED_CERT: "The certificate of the receiver is self-signed",
  SELF_SIGNED_CERT_IN_CHAIN: "The certificate chain of the receiver contains a self-signed certificate",
  UNABLE_TO_GET_ISSUER_CERT: "The issuer of the receiver's certificate was not found",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "The issuer of the receiver's certificate is not trusted",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "The receiver did not send its intermediate certificates",
  ERR_TLS_CERT_ALTNAME_INVALID: "The certificate of the receiver is for another host name",
  ERR_SSL_WRONG_VERSION_NUMBER: "The receiver does not speak TLS on this port",
  ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION: "The receiver does not support TLS 1.2 or 1.3",
  ERR_SSL_UNSUPPORTED_PROTOCOL: "The receiver does not support TLS 1.2 or 1.3",
  ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE: "The TLS handshake failed",
  ERR_SSL_TLSV1_UNRECOGNIZED_NAME: "The receiver does not know the host name",
}

/**
 * The error with this code in words. An unknown code is named.
 *
 * @category conversions
 * @since 0.1.0
 */
export const message = (code: string): string => messages[code] ?? `The attempt failed (${code})`
