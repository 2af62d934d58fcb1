/**
 * What a device keeps with its server, or gets from it: the bootstrap token of a Mac, and tokens for Apple's services.
 */
import { CheckInResponse } from "@espalier/apple"
import { Plist } from "@espalier/plist"
import { Effect, Ref, Result, Schema } from "effect"
import * as Conversation from "./Conversation.ts"
import type * as Machine from "./Machine.ts"
import { badAnswer, type SimulatorError } from "./SimulatorError.ts"

const decoder =
  <A>(schema: Schema.Decoder<A>, what: string) =>
  (body: Uint8Array): Effect.Effect<A, SimulatorError> => {
    const decode = Schema.decodeUnknownResult(schema)
    const read = Result.flatMap(Plist.parse(body), (value) => decode(value))
    return Effect.mapError(Effect.fromResult(read), () => badAnswer(what))
  }

const bootstrapAnswer = decoder(CheckInResponse.GetBootstrapTokenResponse, "a bootstrap token")
const tokenAnswer = decoder(CheckInResponse.GetTokenResponse, "a service token")

/**
 * Makes a bootstrap token, has the server keep it, and answers with it.
 *
 * @category verbs
 * @since 0.1.0
 */
export const escrowBootstrapToken = Effect.fnUntraced(function* (
  machine: Machine.Machine,
): Effect.fn.Return<Uint8Array, SimulatorError> {
  const { enrollments, awaitingConfiguration } = yield* Ref.get(machine.state)
  const bootstrapToken = machine.facts.derive(`bootstrap token ${enrollments}`)
  yield* Conversation.checkIn(machine, "device", {
    MessageType: "SetBootstrapToken",
    BootstrapToken: bootstrapToken,
    AwaitingConfiguration: awaitingConfiguration,
  })
  yield* Ref.update(machine.state, (state) => ({ ...state, bootstrapToken }))
  return bootstrapToken
})

/**
 * The bootstrap token that the server keeps; `undefined` when it has none.
 *
 * @category verbs
 * @since 0.1.0
 */
export const fetchBootstrapToken = Effect.fnUntraced(function* (
  machine: Machine.Machine,
): Effect.fn.Return<Uint8Array | undefined, SimulatorError> {
  const { awaitingConfiguration } = yield* Ref.get(machine.state)
  const { body } = yield* Conversation.checkIn(machine, "device", {
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
  machine: Machine.Machine,
  service: string,
  parameters?: Plist.Dictionary,
): Effect.fn.Return<Uint8Array, SimulatorError> {
  const { body } = yield* Conversation.checkIn(machine, "device", {
    MessageType: "GetToken",
    TokenServiceType: service,
    ...(parameters === undefined ? {} : { TokenParameters: parameters }),
  })
  return (yield* tokenAnswer(body)).TokenData
})
