/**
 * The secrets that a device exchanges with its server: the bootstrap token of a Mac, and tokens for Apple's services.
 */
import { CheckInResponse } from "@espalier/apple"
import { Plist } from "@espalier/plist"
import { Effect, Ref, Result, Schema } from "effect"
import type * as DeviceContext from "./DeviceContext.ts"
import * as MdmClient from "./MdmClient.ts"
import { invalidResponse, type SimulatorError } from "./SimulatorError.ts"

const decoder =
  <A>(schema: Schema.Decoder<A>, what: string) =>
  (body: Uint8Array): Effect.Effect<A, SimulatorError> => {
    const decode = Schema.decodeUnknownResult(schema)
    const read = Result.flatMap(Plist.parse(body), (value) => decode(value))
    return Effect.mapError(Effect.fromResult(read), () => invalidResponse(what))
  }

const bootstrapAnswer = decoder(CheckInResponse.GetBootstrapTokenResponse, "a bootstrap token")
const tokenAnswer = decoder(CheckInResponse.GetTokenResponse, "a service token")

/**
 * Creates a bootstrap token, escrows it with the server, and returns it.
 *
 * @category verbs
 * @since 0.1.0
 */
export const escrowBootstrapToken = Effect.fnUntraced(function* (
  context: DeviceContext.DeviceContext,
): Effect.fn.Return<Uint8Array, SimulatorError> {
  const { enrollments, awaitingConfiguration } = yield* Ref.get(context.state)
  const bootstrapToken = context.profile.derive(`bootstrap token ${enrollments}`)
  yield* MdmClient.checkIn(context, "device", {
    MessageType: "SetBootstrapToken",
    BootstrapToken: bootstrapToken,
    AwaitingConfiguration: awaitingConfiguration,
  })
  yield* Ref.update(context.state, (state) => ({ ...state, bootstrapToken }))
  return bootstrapToken
})

/**
 * The escrowed bootstrap token; `undefined` if the server has none.
 *
 * @category verbs
 * @since 0.1.0
 */
export const fetchBootstrapToken = Effect.fnUntraced(function* (
  context: DeviceContext.DeviceContext,
): Effect.fn.Return<Uint8Array | undefined, SimulatorError> {
  const { awaitingConfiguration } = yield* Ref.get(context.state)
  const { body } = yield* MdmClient.checkIn(context, "device", {
    MessageType: "GetBootstrapToken",
    AwaitingConfiguration: awaitingConfiguration,
  })
  if (body.length === 0) return undefined
  const { BootstrapToken: token } = yield* bootstrapAnswer(body)
  return token === undefined || token.length === 0 ? undefined : token
})

/**
 * A token for one of Apple's services, such as `com.apple.maid`.
 *
 * @category verbs
 * @since 0.1.0
 */
export const getToken = Effect.fnUntraced(function* (
  context: DeviceContext.DeviceContext,
  service: string,
  parameters?: Plist.Dictionary,
): Effect.fn.Return<Uint8Array, SimulatorError> {
  const { body } = yield* MdmClient.checkIn(context, "device", {
    MessageType: "GetToken",
    TokenServiceType: service,
    ...(parameters === undefined ? {} : { TokenParameters: parameters }),
  })
  return (yield* tokenAnswer(body)).TokenData
})
