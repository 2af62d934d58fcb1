/**
 * Sends one message of a device to its server and handles the status of the response.
 *
 * | status | device |
 * |---|---|
 * | 2xx | continues |
 * | 401; 403 with `com.apple.unrecognized.device` | forgets its enrollment: `Unenrolled` |
 * | 503 | `RetryLater`, or waits and sends it again |
 * | any other | `UnexpectedStatus` |
 */
import { Identity } from "@espalier/apple"
import { Plist } from "@espalier/plist"
import { Effect, Result, Schema } from "effect"
import * as DeviceContext from "./DeviceContext.ts"
import { type SimulatorError, simulatorError } from "./SimulatorError.ts"
import type { ChannelName, Enrollment } from "./State.ts"
import type * as Transport from "./Transport.ts"

const contentTypes = {
  checkIn: "application/x-apple-aspen-mdm-checkin",
  command: "application/x-apple-aspen-mdm",
} as const

const isUnrecognized = Schema.is(Schema.Struct({ code: Schema.Literal("com.apple.unrecognized.device") }))

/** The body of a 403 is JSON or a property list, according to its content type. */
const unrecognized = ({ headers, body }: Transport.Response): boolean => {
  const read = /json/i.test(headers["content-type"] ?? "")
    ? Result.try((): unknown => JSON.parse(Buffer.from(body).toString("utf8")))
    : Plist.parse(body, { maxBytes: 64 * 1024 })
  return Result.isSuccess(read) && isUnrecognized(read.success)
}

const checkStatus = Effect.fnUntraced(function* (
  context: DeviceContext.DeviceContext,
  operation: string,
  response: Transport.Response,
): Effect.fn.Return<Transport.Response, SimulatorError> {
  const { status } = response
  if (status >= 200 && status < 300) return response
  if (status === 401 || (status === 403 && unrecognized(response))) {
    yield* DeviceContext.forget(context)
    return yield* simulatorError("Unenrolled", `The server unenrolled the device in response to ${operation}`, {
      status,
    })
  }
  return yield* simulatorError("UnexpectedStatus", `The server responded ${status} to ${operation}`, { status })
})

/** The signature header, if the profile sets `SignMessage`. */
const signature = (enrollment: Enrollment, bytes: Uint8Array): { readonly [name: string]: string } => {
  const { identity, server } = enrollment
  if (!server.signMessage || identity === undefined) return {}
  return Result.match(Identity.toMdmSignature(bytes, identity, { withoutAttributes: true }), {
    onSuccess: (value) => ({ "mdm-signature": value }),
    onFailure: () => ({}),
  })
}

/**
 * Sends a message on a channel, with the identifying keys of the channel.
 *
 * @category verbs
 * @since 0.1.0
 */
export const send = Effect.fnUntraced(function* (
  context: DeviceContext.DeviceContext,
  name: ChannelName,
  protocol: keyof typeof contentTypes,
  operation: string,
  message: Plist.Dictionary,
): Effect.fn.Return<Transport.Response, SimulatorError> {
  const enrollment = yield* DeviceContext.enrollment(context)
  const { enrollmentIds } = yield* DeviceContext.channel(context, name)
  const xml = yield* Effect.orDie(Effect.fromResult(Plist.toXml({ ...message, ...enrollmentIds })))
  const bytes = new TextEncoder().encode(xml)
  const response = yield* context.transport.send({
    channel: name,
    operation,
    method: "PUT",
    url: protocol === "checkIn" ? enrollment.server.checkInUrl : enrollment.server.serverUrl,
    headers: { "user-agent": context.profile.userAgent, ...signature(enrollment, bytes) },
    body: { bytes, contentType: contentTypes[protocol] },
  })
  return yield* checkStatus(context, operation, response)
})

/**
 * A check-in message, named by its `MessageType`.
 *
 * @category verbs
 * @since 0.1.0
 */
export const checkIn = (
  context: DeviceContext.DeviceContext,
  name: ChannelName,
  message: Plist.Dictionary & { readonly MessageType: string },
): Effect.Effect<Transport.Response, SimulatorError> => send(context, name, "checkIn", message.MessageType, message)

/**
 * Fetches from a URL "using MDM semantics" (asset data with `Authentication.Type` `MDM`): as the device, with a signature over the empty body,
 * and handles the status.
 *
 * @category verbs
 * @since 0.1.0
 */
export const fetchAsDevice = Effect.fnUntraced(function* (
  context: DeviceContext.DeviceContext,
  name: ChannelName,
  url: string,
): Effect.fn.Return<Transport.Response, SimulatorError> {
  const enrollment = yield* DeviceContext.enrollment(context)
  const headers = { "user-agent": context.profile.userAgent, ...signature(enrollment, new Uint8Array()) }
  const response = yield* context.transport.send({ channel: name, operation: "asset", method: "GET", url, headers })
  return yield* checkStatus(context, "asset", response)
})
