/**
 * What kept a try from being answered. The codes are the system's, TLS's and undici's, and some of our own.
 */
const sentences: Readonly<Record<string, string>> = {
  AddressRefused: "The host leads to an address that nothing is posted to, such as one of a private network.",
  Timeout: "No answer in time.",
  ECONNREFUSED: "Nobody listens at that address.",
  ECONNRESET: "The receiver ended the connection.",
  ENOTFOUND: "There is no host of that name.",
  EAI_AGAIN: "The host's name could not be looked up.",
  EHOSTUNREACH: "The host cannot be reached.",
  ENETUNREACH: "The host's network cannot be reached.",
  ETIMEDOUT: "The host did not take the connection in time.",
  CERT_HAS_EXPIRED: "The receiver's certificate has expired.",
  DEPTH_ZERO_SELF_SIGNED_CERT: "The receiver's certificate is self-signed.",
  SELF_SIGNED_CERT_IN_CHAIN: "The receiver's certificate comes from an authority that is not trusted.",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "The receiver does not send all of its certificate chain.",
  ERR_TLS_CERT_ALTNAME_INVALID: "The receiver's certificate is for another name.",
  UND_ERR_SOCKET: "The receiver ended the connection.",
}

export const errorSentence = (code: string): string => {
  const sentence = sentences[code]
  return sentence === undefined ? code : `${sentence} (${code})`
}
