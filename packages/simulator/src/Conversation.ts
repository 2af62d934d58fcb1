/**
 * One message of a device to its server, and what the device makes of the status it gets.
 *
 * | status | device |
 * |---|---|
 * | 2xx | goes on |
 * | 401; 403 with `com.apple.unrecognized.device` | forgets its enrollment: `Unenrolled` |
 * | 503 | `RetryLater`, or waits and says it again |
 * | any other | `Refused` |
 */
import { Identity } from "@espalier/apple"
import { Plist } from "@espalier/plist"
import { Effect, Result, Schema } from "effect"
import * as Machine from "./Machine.ts"
import { type SimulatorError, simulatorError } from "./SimulatorError.ts"
import type { ChannelName, Enrollment } from "./State.ts"
import type * as Transport from "./Transport.ts"

const contentTypes = {
  checkIn: "application/x-apple-aspen-mdm-checkin",
  command: "application/x-apple-aspen-mdm",
} as const

const isUnrecognized = Schema.is(Schema.Struct({ code: Schema.Literal("com.apple.unrecognized.device") }))

/** The body of a 403 is JSON or a property list, as its content type says. */
const unrecognized = ({ headers, body }: Transport.Answer): boolean => {
  const read = /json/i.test(headers["content-type"] ?? "")
    ? Result.try((): unknown => JSON.parse(Buffer.from(body).toString("utf8")))
    : Plist.parse(body, { maxBytes: 64 * 1024 })
  return Result.isSuccess(read) && isUnrecognized(read.success)
}

const obey = Effect.fnUntraced(function* (
  machine: Machine.Machine,
  said: string,
  answer: Transport.Answer,
): Effect.fn.Return<Transport.Answer, SimulatorError> {
  const { status } = answer
  if (status >= 200 && status < 300) return answer
  if (status === 401 || (status === 403 && unrecognized(answer))) {
    yield* Machine.forget(machine)
    return yield* simulatorError("Unenrolled", `The server unenrolls the device, on ${said}`, { status })
  }
  return yield* simulatorError("Refused", `The server answers ${status} to ${said}`, { status })
})

/** The header that proves who signs, when the profile wants it. */
const signature = (enrollment: Enrollment, bytes: Uint8Array): { readonly [name: string]: string } => {
  const { identity, server } = enrollment
  if (!server.signMessage || identity === undefined) return {}
  return Result.match(Identity.toMdmSignature(bytes, identity, { withoutAttributes: true }), {
    onSuccess: (value) => ({ "mdm-signature": value }),
    onFailure: () => ({}),
  })
}

/**
 * Says a message on a channel. The channel's identifying keys are added to it.
 *
 * @category verbs
 * @since 0.1.0
 */
export const say = Effect.fnUntraced(function* (
  machine: Machine.Machine,
  name: ChannelName,
  protocol: keyof typeof contentTypes,
  said: string,
  message: Plist.Dictionary,
): Effect.fn.Return<Transport.Answer, SimulatorError> {
  const enrollment = yield* Machine.enrollment(machine)
  const { speaker } = yield* Machine.channel(machine, name)
  const xml = yield* Effect.orDie(Effect.fromResult(Plist.toXml({ ...message, ...speaker })))
  const bytes = new TextEncoder().encode(xml)
  const answer = yield* machine.transport.send({
    channel: name,
    said,
    method: "PUT",
    url: protocol === "checkIn" ? enrollment.server.checkInUrl : enrollment.server.serverUrl,
    headers: { "user-agent": machine.facts.userAgent, ...signature(enrollment, bytes) },
    body: { bytes, contentType: contentTypes[protocol] },
  })
  return yield* obey(machine, said, answer)
})

/**
 * A check-in message, named by its `MessageType`.
 *
 * @category verbs
 * @since 0.1.0
 */
export const checkIn = (
  machine: Machine.Machine,
  name: ChannelName,
  message: Plist.Dictionary & { readonly MessageType: string },
): Effect.Effect<Transport.Answer, SimulatorError> => say(machine, name, "checkIn", message.MessageType, message)

/**
 * Fetches from a URL "using MDM semantics" (asset data with `Authentication.Type` `MDM`): as the device, signed over the empty body,
 * and obeying the answer.
 *
 * @category verbs
 * @since 0.1.0
 */
export const fetchAsDevice = Effect.fnUntraced(function* (
  machine: Machine.Machine,
  name: ChannelName,
  url: string,
): Effect.fn.Return<Transport.Answer, SimulatorError> {
  const enrollment = yield* Machine.enrollment(machine)
  const headers = { "user-agent": machine.facts.userAgent, ...signature(enrollment, new Uint8Array()) }
  const answer = yield* machine.transport.send({ channel: name, said: "asset", method: "GET", url, headers })
  return yield* obey(machine, "asset", answer)
})
