/**
 * Verifies the identity of a message's sender: its certificate, from one of three sources.
 *
 * **Details**
 *
 * The certificate comes from TLS that this server terminates, from the header of a proxy at a trusted address, or from the signature over the
 * message (`Mdm-Signature`), in that order. It must chain to the server's own authority or to a configured root, and be in date. Whether it belongs to
 * the device is decided by `CertificatePinning`.
 */
import { Certificate, Identity } from "@espalier/apple"
import { Problem } from "@espalier/http"
import { Context, DateTime, Effect, Layer, Result } from "effect"
import { Authority } from "./Authority.ts"
import type { IdentityEvidence } from "./IdentityEvidence.ts"

/**
 * Which identities are accepted.
 *
 * @category options
 * @since 0.1.0
 */
export interface IdentityOptions {
  /** `required`: every message needs a certificate. `optional`: a certificate is verified where there is one. */
  readonly mode: "required" | "optional"
  /** Authorities beside the server's own that issue device certificates. */
  readonly roots: ReadonlyArray<Certificate.Certificate>
  /** The header in which proxies that terminate mutual TLS forward the certificate, and the addresses of these proxies. */
  readonly proxy: { readonly header: string; readonly addresses: ReadonlySet<string> } | undefined
  /** A device that never enrolled here: `reject` its messages, or `ask` the backend's `adopt` webhook. */
  readonly unknown: "reject" | "ask"
}

/**
 * Returns the verified certificate; `undefined` where the request shows none.
 *
 * @category services
 * @since 0.1.0
 */
export class DeviceIdentity extends Context.Service<
  DeviceIdentity,
  {
    readonly mode: IdentityOptions["mode"]
    readonly unknown: IdentityOptions["unknown"]
    readonly verify: (evidence: IdentityEvidence) => Effect.Effect<Certificate.Certificate | undefined, Problem.Problem>
  }
>()("@espalier/server/DeviceIdentity") {
  static readonly layer = (options: IdentityOptions): Layer.Layer<DeviceIdentity, never, Authority> =>
    Layer.effect(
      DeviceIdentity,
      Effect.map(Authority, (authority) => {
        const roots = [authority.certificate, ...options.roots]
        return {
          mode: options.mode,
          unknown: options.unknown,
          verify: Effect.fnUntraced(function* (evidence) {
            const claimed = claimedCertificate(evidence, options.proxy)
            if (claimed === undefined) return undefined
            const at = yield* DateTime.nowAsDate
            const verified = Result.flatMap(claimed, ({ certificate, intermediates }) =>
              Result.map(Certificate.verifyChain(certificate, intermediates, roots, at), () => certificate),
            )
            if (Result.isSuccess(verified)) return verified.success
            yield* Effect.logInfo(`identity rejected: ${verified.failure.message}`)
            return yield* rejected
          }),
        }
      }),
    )
}

/**
 * The problem for every reason. Not 401: older systems would unenroll.
 *
 * @category errors
 * @since 0.1.0
 */
export const rejected = new Problem.Problem({
  status: 403,
  detail: "The device's identity is missing or not accepted",
})

/** What proxies put into the header when the client has no certificate: nothing, Apache httpd's `(null)`, or nginx's `-`. */
const noCertificate: ReadonlySet<string> = new Set(["", "(null)", "-"])

type Claimed = Result.Result<Identity.PresentedIdentity, { readonly message: string }>

const claimedCertificate = (
  { peerCertificate, remoteAddress, header, signature }: IdentityEvidence,
  proxy: IdentityOptions["proxy"],
): Claimed | undefined => {
  if (peerCertificate !== undefined)
    return Result.map(Certificate.fromDer(peerCertificate), (certificate) => ({ certificate, intermediates: [] }))
  if (proxy?.addresses.has(remoteAddress)) {
    const [value = "", ...more] = header(proxy.header)
    // With a proxy that adds its header to the one of a client, the client could choose its identity.
    if (more.length > 0) return Result.fail({ message: "The proxy's header is present more than once" })
    if (!noCertificate.has(value.trim())) return Identity.fromHeader(value)
  }
  return signature === undefined ? undefined : Identity.fromMdmSignature(signature.value, signature.body)
}
