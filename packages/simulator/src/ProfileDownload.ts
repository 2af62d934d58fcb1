/**
 * How a device asks for its enrollment profile: plainly, or in Setup Assistant with a signed `MachineInfo`, as the body of a `POST` (automated
 * and account-driven enrollment) or in a header (an enrollment with a web page first).
 *
 * Source: Apple, "MachineInfo", "ErrorCodeSoftwareUpdateRequired".
 */
import { MachineInfo } from "@espalier/apple"
import { Plist } from "@espalier/plist"
import { Effect, Result, Schema } from "effect"
import type * as DeviceContext from "./DeviceContext.ts"
import type * as DeviceProfile from "./DeviceProfile.ts"
import { type SimulatorError, simulatorError } from "./SimulatorError.ts"
import type * as Transport from "./Transport.ts"

/**
 * @category options
 * @since 0.1.0
 */
export interface DownloadOptions {
  /** Sends the description of the device, signed with its certificate from Apple (`appleIdentity`). Default: without it. */
  readonly machineInfo?: "body" | "header"
  /** Leaves `UDID` and `SERIAL` out of the description, as in a User Enrollment. */
  readonly hidesIdentity?: boolean
  /** The `Authorization` header, after the user has signed in. */
  readonly authorization?: string
}

/** Asks for the profile, not for a page that a server may have for people. */
const accept = `application/x-apple-aspen-config, */*;q=0.8`

/** The description of a device in Setup Assistant. */
const describe = (profile: DeviceProfile.DeviceProfile, hidesIdentity: boolean): Plist.Dictionary => ({
  ...(hidesIdentity ? {} : { UDID: profile.udid, SERIAL: profile.serialNumber }),
  PRODUCT: profile.productName,
  VERSION: profile.buildVersion,
  OS_VERSION: profile.osVersion,
  LANGUAGE: "en",
  MDM_CAN_REQUEST_SOFTWARE_UPDATE: true,
})

const signedDescription = ({ profile, appleIdentity }: DeviceContext.DeviceContext, hidesIdentity: boolean) =>
  appleIdentity === undefined
    ? Effect.fail(simulatorError("Unsupported", "The device has no certificate from Apple: set appleIdentity"))
    : Effect.mapError(Effect.fromResult(MachineInfo.toCms(describe(profile, hidesIdentity), appleIdentity)), () =>
        simulatorError("Unsupported", "The certificate from Apple cannot sign"),
      )

const requestOf = Effect.fnUntraced(function* (
  context: DeviceContext.DeviceContext,
  url: string,
  { machineInfo, hidesIdentity = false, authorization }: DownloadOptions,
): Effect.fn.Return<Transport.Request, SimulatorError> {
  const headers = {
    accept,
    "user-agent": context.profile.userAgent,
    ...(authorization === undefined ? {} : { authorization }),
  }
  const common = { channel: "device", operation: "profile", url }
  if (machineInfo === undefined) return { ...common, method: "GET", headers }
  const bytes = yield* signedDescription(context, hidesIdentity)
  if (machineInfo === "body") {
    return { ...common, method: "POST", headers, body: { bytes, contentType: MachineInfo.contentType } }
  }
  return {
    ...common,
    method: "GET",
    headers: { ...headers, [MachineInfo.header]: Buffer.from(bytes).toString("base64") },
  }
})

const isUpdateRequired = Schema.is(
  Schema.Struct({
    code: Schema.Literal("com.apple.softwareupdate.required"),
    details: Schema.Struct({ OSVersion: Schema.String }),
  }),
)

/** The body of an error: JSON or a property list, according to its content type. */
const errorIn = ({ headers, body }: Transport.Response): unknown => {
  const read = /json/i.test(headers["content-type"] ?? "")
    ? Result.try((): unknown => JSON.parse(Buffer.from(body).toString("utf8")))
    : Plist.parse(body)
  return Result.getOrElse(read, () => undefined)
}

/**
 * Sends the request, whatever the status of the response.
 *
 * @category operations
 * @since 0.1.0
 */
export const send = (
  context: DeviceContext.DeviceContext,
  url: string,
  options: DownloadOptions,
): Effect.Effect<Transport.Response, SimulatorError> =>
  Effect.flatMap(requestOf(context, url, options), context.transport.send)

/**
 * The profile in a response; fails with `SoftwareUpdateRequired` or `UnexpectedStatus`.
 *
 * @category decoding
 * @since 0.1.0
 */
export const profileIn = (response: Transport.Response): Effect.Effect<Uint8Array, SimulatorError> => {
  const { status } = response
  if (status === 200) return Effect.succeed(response.body)
  const error = status === 403 ? errorIn(response) : undefined
  return isUpdateRequired(error)
    ? Effect.fail(
        simulatorError("SoftwareUpdateRequired", "The server requires a software update before enrollment", {
          status,
          osVersion: error.details.OSVersion,
        }),
      )
    : Effect.fail(simulatorError("UnexpectedStatus", `No profile: the server responded ${status}`, { status }))
}
