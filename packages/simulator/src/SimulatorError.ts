/**
 * Why a simulated device could not do what it was told. One error, told apart by `reason`; what came from the network is
 * never in its message.
 */
import { Schema } from "effect"

/**
 * What happened:
 *
 * - `NotEnrolled`: the verb needs an enrollment, and there is none; `AlreadyEnrolled`: it needs that there is none;
 * - `Unsupported`: this kind of device has no such thing;
 * - `Unenrolled`: the server said so (401, or 403 with `com.apple.unrecognized.device`), and the device has forgotten it;
 * - `RetryLater`: 503; the same again in `seconds`;
 * - `UnexpectedStatus`: any other status that is no success, in `status`;
 * - `Unreachable`: no connection, no trust in the server's certificate, or no answer in time;
 * - `InvalidResponse`: an answer that a device cannot read, or that is over the limits;
 * - `InvalidProfile`: not a profile that enrolls;
 * - `Untrusted`: the SCEP authority is not the one whose fingerprint the profile names;
 * - `ScepFailed`: the authority gives no certificate;
 * - `Loop`: the server repeats, in one connection, a command that the device answered with `NotNow`, or never stops.
 *
 * @category errors
 * @since 0.1.0
 */
export const SimulatorErrorReason = Schema.Literals([
  "NotEnrolled",
  "AlreadyEnrolled",
  "Unsupported",
  "Unenrolled",
  "RetryLater",
  "UnexpectedStatus",
  "Unreachable",
  "InvalidResponse",
  "InvalidProfile",
  "Untrusted",
  "ScepFailed",
  "Loop",
])
/**
 * @category errors
 * @since 0.1.0
 */
export type SimulatorErrorReason = typeof SimulatorErrorReason.Type

/**
 * What a device's verbs fail with.
 *
 * @category errors
 * @since 0.1.0
 */
export class SimulatorError extends Schema.TaggedError<SimulatorError>()("SimulatorError", {
  reason: SimulatorErrorReason,
  message: Schema.String,
  /** The HTTP status, where one is the cause. */
  status: Schema.optionalKey(Schema.Int),
  /** How long to wait, of `RetryLater`. */
  seconds: Schema.optionalKey(Schema.Int),
}) {}

/**
 * @category constructors
 * @since 0.1.0
 */
export const simulatorError = (
  reason: SimulatorErrorReason,
  message: string,
  more: { readonly status?: number; readonly seconds?: number } = {},
): SimulatorError => new SimulatorError({ reason, message, ...more })

/**
 * An answer that cannot be read; `what` says what it should have been.
 *
 * @category constructors
 * @since 0.1.0
 */
export const invalidResponse = (what: string): SimulatorError =>
  simulatorError("InvalidResponse", `The answer is not ${what}`)
