/**
 * Messages for the error codes of attempts: those of the system, of TLS and of undici, and our own.
 */
const messages: Readonly<Record<string, string>> = {
  InvalidAddress: "The host resolves to an address that events are not sent to, such as one of a private network.",
  Timeout: "The receiver did not respond in time.",
  ECONNREFUSED: "The receiver refused the connection.",
  ECONNRESET: "The receiver closed the connection.",
  ENOTFOUND: "The host name does not exist.",
  EAI_AGAIN: "The host name could not be resolved.",
  EHOSTUNREACH: "The host cannot be reached.",
  ENETUNREACH: "The host's network cannot be reached.",
  ETIMEDOUT: "The connection could not be established in time.",
  CERT_HAS_EXPIRED: "The receiver's certificate has expired.",
  DEPTH_ZERO_SELF_SIGNED_CERT: "The receiver's certificate is self-signed.",
  SELF_SIGNED_CERT_IN_CHAIN: "The receiver's certificate is issued by an authority that is not trusted.",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "The receiver does not send its complete certificate chain.",
  ERR_TLS_CERT_ALTNAME_INVALID: "The receiver's certificate is for another host name.",
  UND_ERR_SOCKET: "The receiver closed the connection.",
}

export const attemptErrorMessage = (code: string): string => {
  const message = messages[code]
  return message === undefined ? code : `${message} (${code})`
}
