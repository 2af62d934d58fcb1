/**
 * Who sends a message: the certificate that it proves, and whether that is the one this device has always shown.
 *
 * A certificate comes from TLS that this server ended itself, from the header of a proxy at a trusted address, or from the signature over the
 * message (`Mdm-Signature`), in that order. It must chain to the server's own authority or to a configured root, and be in date.
 * The first `Authenticate` pins it to the enrollment; whatever says it is that device and shows another certificate is refused, and so is
 * a certificate that belongs to another device. Nothing of this reaches a backend.
 */
import type { TLSSocket } from "node:tls"
import { NodeHttpServerRequest } from "@effect/platform-node"
import { Certificate, Identity } from "@espalier/apple"
import { Context, DateTime, Effect, Layer, Option, Result } from "effect"
import type { HttpServerRequest } from "effect/http"
import { Authority } from "./Authority.ts"
import { Refusal } from "./Refusal.ts"

/**
 * Whom to believe.
 *
 * @category options
 * @since 0.1.0
 */
export interface IdentityOptions {
  /** `required`: no message without a certificate. `optional`: those that bring one are checked all the same. */
  readonly mode: "required" | "optional"
  /** Authorities beside the server's own whose certificates devices may show. */
  readonly roots: ReadonlyArray<Certificate.Certificate>
  /** The header in which proxies that end mutual TLS hand the certificate on, and the addresses they call from. */
  readonly proxy: { readonly header: string; readonly addresses: ReadonlySet<string> } | undefined
}

/**
 * The certificate a request's sender has proved, by TLS, a trusted proxy or a signature over `body`. None only where that is allowed.
 *
 * @category services
 * @since 0.1.0
 */
export class DeviceIdentity extends Context.Service<
  DeviceIdentity,
  {
    readonly mode: IdentityOptions["mode"]
    readonly of: (
      request: HttpServerRequest.HttpServerRequest,
      body: Uint8Array | undefined,
    ) => Effect.Effect<Certificate.Certificate | undefined, Refusal>
  }
>()("@espalier/server/DeviceIdentity") {
  static readonly layer = (options: IdentityOptions): Layer.Layer<DeviceIdentity, never, Authority> =>
    Layer.effect(
      DeviceIdentity,
      Effect.map(Authority, (authority) => {
        const roots = [authority.certificate, ...options.roots]
        return {
          mode: options.mode,
          of: Effect.fnUntraced(function* (request, body) {
            const claimed = shown(request, body, options.proxy)
            if (claimed === undefined) return undefined
            const at = yield* DateTime.nowAsDate
            const chained = Result.flatMap(claimed, (certificate) =>
              Result.map(Certificate.verifyChain(certificate, [], roots, at), () => certificate),
            )
            if (Result.isSuccess(chained)) return chained.success
            yield* Effect.logInfo(`identity refused: ${chained.failure.message}`)
            return yield* refusal
          }),
        }
      }),
    )
}

/**
 * One answer for every reason. Not 401: older systems would unenroll.
 *
 * @category constants
 * @since 0.1.0
 */
export const refusal = new Refusal({ status: 403, detail: "The device's identity is missing or not accepted" })

type Shown = Result.Result<Certificate.Certificate, { readonly message: string }>

const shown = (
  request: HttpServerRequest.HttpServerRequest,
  body: Uint8Array | undefined,
  proxy: IdentityOptions["proxy"],
): Shown | undefined => {
  const peer = peerCertificate(request)
  if (peer !== undefined) return Certificate.fromDer(peer)
  if (proxy?.addresses.has(addressOf(request))) {
    const [header = "", ...more] = allOf(request, proxy.header)
    // A proxy that adds its header to the one a client sent would let anybody choose who to be.
    if (more.length > 0) return Result.fail({ message: "The proxy's header stands there more than once" })
    if (header !== "") return Identity.fromHeader(header)
  }
  const signature = request.headers["mdm-signature"]
  return signature === undefined || body === undefined ? undefined : Identity.fromMdmSignature(signature, body)
}

/** Every value that a header came with: the platform joins them into one. */
const allOf = (request: HttpServerRequest.HttpServerRequest, name: string): ReadonlyArray<string> => {
  const { rawHeaders } = NodeHttpServerRequest.toIncomingMessage(request)
  return rawHeaders.filter((_, index) => index % 2 === 1 && rawHeaders[index - 1]?.toLowerCase() === name.toLowerCase())
}

const peerCertificate = (request: HttpServerRequest.HttpServerRequest): Uint8Array | undefined => {
  const { socket } = NodeHttpServerRequest.toIncomingMessage(request)
  return isTls(socket) ? socket.getPeerX509Certificate()?.raw : undefined
}

const isTls = (socket: object): socket is TLSSocket => "encrypted" in socket

/** IPv4 as IPv4, also where the server listens on IPv6. */
const addressOf = (request: HttpServerRequest.HttpServerRequest): string =>
  Option.getOrElse(request.remoteAddress, () => "").replace(/^::ffff:(?=\d+\.)/, "")
