/**
 * How devices get their enrollment profile.
 */
import type { Certificate } from "@espalier/apple"
import type { EnrollmentBranding } from "@espalier/schema"
import { Context } from "effect"
import type { Capabilities } from "./ServerCapabilities.ts"

/**
 * @category options
 * @since 0.1.0
 */
export interface EnrollmentOptions {
  /** `token`: only with a link that contains an enrollment token. `open`: without. */
  readonly mode: "token" | "open"
  /** The texts of the profile, where the backend sets none. */
  readonly branding: EnrollmentBranding
  /** The push topic in the profile: that of the push certificate. */
  readonly topic: string
  /** Signs the profile, with the chain, so that the device shows it as verified. */
  readonly signer:
    | { readonly identity: Certificate.KeyedCertificate; readonly chain: ReadonlyArray<Certificate.Certificate> }
    | undefined
  /** Authorities that the device must trust for this server's TLS, where its certificate is not public. */
  readonly tlsRoots: ReadonlyArray<Certificate.Certificate>
  /** Authorities that sign the `MachineInfo` of devices. `undefined`: Apple's. */
  readonly deviceRoots: ReadonlyArray<Certificate.Certificate> | undefined
  /** The optional webhooks that the profile announces. `undefined`: the server asks the backend. */
  readonly capabilities: Capabilities | undefined
  /** Whether the server itself offers devices the renewal of an identity that expires within 30 days. */
  readonly renewIdentities: boolean
}

/**
 * @category services
 * @since 0.1.0
 */
export class EnrollmentSettings extends Context.Service<EnrollmentSettings, EnrollmentOptions>()(
  "@espalier/server/EnrollmentSettings",
) {}
