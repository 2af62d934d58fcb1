/**
 * Why an operation of a simulated device failed. One error with a `reason`; its message never contains data from the network.
 */
import { Schema } from "effect"

/**
 * The reasons:
 *
 * - `NotEnrolled`, `AlreadyEnrolled`: the operation needs an enrollment, or must not have one;
 * - `Unsupported`: this kind of device does not support it;
 * - `Unenrolled`: the server unenrolled the device (401, or 403 with `com.apple.unrecognized.device`);
 * - `RetryLater`: 503; retry in `seconds`;
 * - `UnexpectedStatus`: any other unsuccessful status, in `status`;
 * - `Unreachable`: no connection, an untrusted certificate of the server, or no response in time;
 * - `InvalidResponse`: a response that a device cannot read, or that exceeds the limits;
 * - `InvalidProfile`: not a valid enrollment profile;
 * - `Untrusted`: the SCEP authority does not match the fingerprint in the profile;
 * - `ScepFailed`: the authority issued no certificate;
 * - `Loop`: the server repeats, in one connection, a command that the device answered with `NotNow`, or sends too many;
 * - `SoftwareUpdateRequired`: the server wants `osVersion` before enrollment (403 with `com.apple.softwareupdate.required`).
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
  "SoftwareUpdateRequired",
])
/**
 * @category errors
 * @since 0.1.0
 */
export type SimulatorErrorReason = typeof SimulatorErrorReason.Type

/**
 * The error of a device's operations.
 *
 * @category errors
 * @since 0.1.0
 */
export class SimulatorError extends Schema.TaggedError<SimulatorError>()("SimulatorError", {
  reason: SimulatorErrorReason,
  message: Schema.String,
  /** The HTTP status, if it is the cause. */
  status: Schema.optionalKey(Schema.Int),
  /** The wait of `RetryLater`. */
  seconds: Schema.optionalKey(Schema.Int),
  /** The required version of `SoftwareUpdateRequired`. */
  osVersion: Schema.optionalKey(Schema.String),
}) {}

/**
 * @category constructors
 * @since 0.1.0
 */
export const simulatorError = (
  reason: SimulatorErrorReason,
  message: string,
  more: { readonly status?: number; readonly seconds?: number; readonly osVersion?: string } = {},
): SimulatorError => new SimulatorError({ reason, message, ...more })

/**
 * An unreadable response; `what` names the expected content.
 *
 * @category constructors
 * @since 0.1.0
 */
export const invalidResponse = (what: string): SimulatorError =>
  simulatorError("InvalidResponse", `The response is not ${what}`)
