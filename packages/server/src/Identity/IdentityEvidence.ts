/**
 * What a request shows of its sender's identity: the certificate of the TLS connection, a proxy's header, a signature. Nothing here is verified.
 */
import type { TLSSocket } from "node:tls"
import { NodeHttpServerRequest } from "@effect/platform-node"
import { Option } from "effect"
import type { HttpServerRequest } from "effect/http"

/**
 * The evidence in a request.
 *
 * @category models
 * @since 0.1.0
 */
export interface IdentityEvidence {
  /** DER, from mutual TLS that this server terminates. */
  readonly peerCertificate: Uint8Array | undefined
  /** Of the connection; IPv4 addresses in their own form. */
  readonly remoteAddress: string
  /** Every value of a header, in the order they arrived. */
  readonly header: (name: string) => ReadonlyArray<string>
  /** `Mdm-Signature`, with the body that it signs. */
  readonly signature: { readonly value: string; readonly body: Uint8Array } | undefined
}

/**
 * Collects the evidence. Without a body there is nothing that a signature could sign.
 *
 * @category constructors
 * @since 0.1.0
 */
export const fromRequest = (
  request: HttpServerRequest.HttpServerRequest,
  body: Uint8Array | undefined,
): IdentityEvidence => {
  const { rawHeaders, socket } = NodeHttpServerRequest.toIncomingMessage(request)
  const value = request.headers["mdm-signature"]
  return {
    peerCertificate: isTls(socket) ? socket.getPeerX509Certificate()?.raw : undefined,
    // A server that listens on IPv6 sees IPv4 addresses in the mapped form.
    remoteAddress: Option.getOrElse(request.remoteAddress, () => "").replace(/^::ffff:(?=\d+\.)/, ""),
    // `request.headers` joins repeated headers into one value.
    header: (name) =>
      rawHeaders.filter((_, index) => index % 2 === 1 && rawHeaders[index - 1]?.toLowerCase() === name.toLowerCase()),
    signature: value === undefined || body === undefined ? undefined : { value, body },
  }
}

const isTls = (socket: object): socket is TLSSocket => "encrypted" in socket
