/**
 * Return to Service: a supervised device that is about to erase itself asks which profiles it gets afterwards (iOS 26).
 *
 * Source: Apple, "ReturnToServiceRequest" and its response.
 */
import { CheckInResponse } from "@espalier/apple"
import { Plist } from "@espalier/plist"
import { Effect, Result, Schema } from "effect"
import * as DeviceContext from "./DeviceContext.ts"
import * as Enrollment from "./Enrollment.ts"
import * as MdmClient from "./MdmClient.ts"
import { invalidResponse, type SimulatorError } from "./SimulatorError.ts"

const decode = Schema.decodeUnknownResult(CheckInResponse.ReturnToServiceResponse)

/**
 * Sends the question. If the server enables it and gives a profile, the device erases itself and enrolls with that profile.
 *
 * @category operations
 * @since 0.1.0
 */
export const request = Effect.fnUntraced(function* (
  context: DeviceContext.DeviceContext,
): Effect.fn.Return<boolean, SimulatorError> {
  const { body } = yield* MdmClient.checkIn(context, "device", { MessageType: "ReturnToService" })
  const read = Result.flatMap(Plist.parse(body), (value) => decode(value))
  const response = yield* Effect.mapError(Effect.fromResult(read), () => invalidResponse("a Return to Service answer"))
  const { Enabled, MDMProfileData } = response.ReturnToService
  if (!Enabled) return false
  if (MDMProfileData === undefined) return true
  yield* DeviceContext.forget(context)
  yield* Enrollment.install(context, MDMProfileData)
  return true
})
