/**
 * `MachineInfo`: how a device describes itself when it asks for an enrollment profile in Setup Assistant, signed with the certificate that it has
 * from Apple.
 *
 * It is the body of `POST` to the enrollment URL (automated enrollment, `application/pkcs7-signature`), and, in base64, the header
 * `x-apple-aspen-deviceinfo` of requests that show a web page first.
 *
 * **Gotchas**
 *
 * Certificates of devices are RSA with 1024 bits and SHA-1, from an authority whose validity ended in 2014. So neither dates nor modern
 * algorithms can be required here. A valid signature shows that the description comes from an Apple device, not that it is new: anyone who has
 * seen it can send it again.
 *
 * Source: Apple, "MachineInfo" (schema file `other/machineinfo`).
 */
import { Plist } from "@espalier/plist"
import { Result, Schema, SchemaParser } from "effect"
import { appleDeviceAuthority } from "./AppleDeviceAuthority.ts"
import * as Certificate from "./Certificate.ts"
import * as Cms from "./Cms.ts"
import { openStruct } from "./PropertyList.ts"

/**
 * The content type of a `POST` with `MachineInfo`.
 *
 * @category constants
 * @since 0.1.0
 */
export const contentType = "application/pkcs7-signature"

/**
 * The header of a `GET` with `MachineInfo`, in lower case.
 *
 * @category constants
 * @since 0.1.0
 */
export const header = "x-apple-aspen-deviceinfo"

const text = Schema.optionalKey(Schema.String)
const flag = Schema.optionalKey(Schema.Boolean)

/**
 * The description, with Apple's names. User Enrollments hide `UDID` and `SERIAL`; other keys are kept.
 *
 * @category schemas
 * @since 0.1.0
 */
export const MachineInfo = openStruct({
  UDID: text,
  SERIAL: text,
  PRODUCT: text,
  VERSION: text,
  OS_VERSION: text,
  SUPPLEMENTAL_BUILD_VERSION: text,
  SUPPLEMENTAL_OS_VERSION_EXTRA: text,
  IMEI: text,
  MEID: text,
  LANGUAGE: text,
  MDM_CAN_REQUEST_SOFTWARE_UPDATE: flag,
})
/**
 * @category models
 * @since 0.1.0
 */
export type MachineInfo = typeof MachineInfo.Type

/**
 * Why a description was rejected: it is not CMS with a property list (`Malformed`), its signature does not match (`SignatureInvalid`), or the signer's
 * certificate is not from one of the roots (`UntrustedIssuer`).
 *
 * @category errors
 * @since 0.1.0
 */
export class MachineInfoError extends Schema.TaggedError<MachineInfoError>()("MachineInfoError", {
  reason: Schema.Literals(["Malformed", "SignatureInvalid", "UntrustedIssuer"]),
  message: Schema.String,
}) {}

/**
 * `roots`: authorities of devices. Default: Apple's.
 *
 * @category options
 * @since 0.1.0
 */
export interface Options {
  readonly roots?: ReadonlyArray<Certificate.Certificate>
  readonly limits?: Plist.Limits
}

/**
 * A description with a valid signature, and the certificate of its device.
 *
 * @category models
 * @since 0.1.0
 */
export interface VerifiedMachineInfo {
  readonly machineInfo: MachineInfo
  readonly certificate: Certificate.Certificate
}

const failure = (reason: MachineInfoError["reason"], message: string) => new MachineInfoError({ reason, message })

const decode = SchemaParser.decodeUnknownResult(MachineInfo)
const minRsaBits = 1024

/**
 * Verifies and reads a description.
 *
 * @category decoding
 * @since 0.1.0
 */
export const fromCms = (
  bytes: Uint8Array,
  { roots = [appleDeviceAuthority], limits = {} }: Options = {},
): Result.Result<VerifiedMachineInfo, MachineInfoError> =>
  Result.gen(function* () {
    const verified = yield* Result.mapError(
      Cms.verify(bytes, { digests: ["sha1", ...Cms.modernDigests], minRsaBits }),
      ({ reason }) =>
        reason === "SignatureInvalid" || reason === "NoSigner"
          ? failure("SignatureInvalid", "The signature of MachineInfo is invalid")
          : failure("Malformed", "MachineInfo is not a CMS signature"),
    )
    const chain = Certificate.verifyChain(verified.signer, verified.certificates, roots, undefined)
    yield* Result.mapError(chain, () => failure("UntrustedIssuer", "MachineInfo is not signed by an Apple device"))
    const machineInfo = yield* Result.mapError(
      Result.flatMap(Plist.parse(verified.content, limits), (value) => decode(value)),
      () => failure("Malformed", "MachineInfo is not a property list with its keys"),
    )
    return { machineInfo, certificate: verified.signer }
  })

/**
 * Verifies and reads a description in the header of a request.
 *
 * @category decoding
 * @since 0.1.0
 */
export const fromHeader = (value: string, options?: Options): Result.Result<VerifiedMachineInfo, MachineInfoError> => {
  const base64 = value.replace(/\s/g, "")
  return /^[A-Za-z0-9+/]+={0,2}$/.test(base64)
    ? fromCms(new Uint8Array(Buffer.from(base64, "base64")), options)
    : Result.fail(failure("Malformed", "MachineInfo is not base64"))
}

/**
 * Signs a description, as a device does.
 *
 * @category encoding
 * @since 0.1.0
 */
export const toCms = (
  machineInfo: Plist.Dictionary,
  device: Certificate.KeyedCertificate,
): Result.Result<Uint8Array, Cms.CmsError> =>
  Result.flatMap(
    Result.mapError(Plist.toXml(machineInfo), () => new Cms.CmsError({ reason: "Unsignable", message: "Not XML" })),
    (xml) => Cms.sign({ content: new TextEncoder().encode(xml), signer: device, digest: "sha1" }),
  )
