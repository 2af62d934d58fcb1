/**
 * Account-driven enrollment: the device finds its server by the domain of a Managed Apple Account, and the user signs in there.
 *
 * The domain answers `/.well-known/com.apple.remotemanagement` with servers; the device sends `MachineInfo` to the one of the wanted version. A 401
 * names in `WWW-Authenticate` how the user signs in, and the device repeats the request with the result.
 *
 * Source: Apple, "Account-driven enrollment", "Discover Authentication Servers".
 */
import { Effect, Schema } from "effect"
import type * as DeviceContext from "./DeviceContext.ts"
import * as Enrollment from "./Enrollment.ts"
import * as ProfileDownload from "./ProfileDownload.ts"
import { invalidResponse, type SimulatorError, simulatorError } from "./SimulatorError.ts"

/**
 * @category options
 * @since 0.1.0
 */
export interface AccountOptions {
  /** The Managed Apple Account: `ada@example.com`. */
  readonly account: string
  /** The user signs in: from the `WWW-Authenticate` of the server to the `Authorization` of the device. */
  readonly signIn?: (challenge: string) => Effect.Effect<string>
  /** `adde` for organization-owned devices, `byod` for personal ones (User Enrollment). Default: `adde`. */
  readonly mode?: "adde" | "byod"
  /** The origin of the well-known address. Default: `https://` and the account's domain. */
  readonly origin?: string
}

const Discovery = Schema.fromJsonString(
  Schema.Struct({ Servers: Schema.Array(Schema.Struct({ Version: Schema.String, BaseURL: Schema.String })) }),
)
const decodeDiscovery = Schema.decodeUnknownResult(Discovery)

const discover = Effect.fnUntraced(function* (
  context: DeviceContext.DeviceContext,
  { account, mode = "adde", origin }: AccountOptions,
): Effect.fn.Return<string, SimulatorError> {
  const domain = account.split("@")[1] ?? ""
  const url = new URL("/.well-known/com.apple.remotemanagement", origin ?? `https://${domain}`)
  url.searchParams.set("user-identifier", account)
  url.searchParams.set("model-family", context.profile.family)
  const headers = { "user-agent": context.profile.userAgent }
  const request = { channel: "device", operation: "well-known", method: "GET", url: url.href, headers } as const
  const { status, body } = yield* context.transport.send(request)
  if (status !== 200) {
    return yield* simulatorError("UnexpectedStatus", `No server: the domain responded ${status}`, { status })
  }
  const { Servers } = yield* Effect.mapError(
    Effect.fromResult(decodeDiscovery(Buffer.from(body).toString("utf8"))),
    () => invalidResponse("a list of servers"),
  )
  const version = `mdm-${mode}`
  const server = Servers.find((one) => one.Version === version)
  return server === undefined ? yield* invalidResponse(`a list with a server of version ${version}`) : server.BaseURL
})

/**
 * Enrolls with the server of an account.
 *
 * @category operations
 * @since 0.1.0
 */
export const enroll = Effect.fnUntraced(function* (
  context: DeviceContext.DeviceContext,
  options: AccountOptions,
): Effect.fn.Return<void, SimulatorError> {
  const url = yield* discover(context, options)
  const download = { machineInfo: "body", hidesIdentity: options.mode === "byod" } as const
  const first = yield* ProfileDownload.send(context, url, download)
  const challenge = first.headers["www-authenticate"]
  const authorize = first.status === 401 && challenge !== undefined ? options.signIn : undefined
  const response =
    authorize === undefined
      ? first
      : yield* ProfileDownload.send(context, url, {
          ...download,
          authorization: yield* authorize(challenge ?? ""),
        })
  yield* Enrollment.install(context, yield* ProfileDownload.profileIn(response))
})
