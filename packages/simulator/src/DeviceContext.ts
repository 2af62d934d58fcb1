/**
 * The internals of a device: its properties, its state and its network. Every operation takes one.
 */

import type { KeyObject } from "node:crypto"
import type { Certificate } from "@espalier/apple"
import { Effect, Ref } from "effect"
import type * as DeviceProfile from "./DeviceProfile.ts"
import { type SimulatorError, simulatorError } from "./SimulatorError.ts"
import * as State from "./State.ts"
import type * as Transport from "./Transport.ts"

/**
 * @category models
 * @since 0.1.0
 */
export interface DeviceContext {
  readonly profile: DeviceProfile.DeviceProfile
  readonly state: Ref.Ref<State.State>
  readonly transport: Transport.Transport
  /** A new RSA key of so many bits. */
  readonly newKey: (bits: number) => Effect.Effect<KeyObject>
  /** Its certificate from Apple, which signs `MachineInfo`. */
  readonly appleIdentity: Certificate.KeyedCertificate | undefined
}

/**
 * The enrollment, or `NotEnrolled`.
 *
 * @category accessors
 * @since 0.1.0
 */
export const enrollment = (context: DeviceContext): Effect.Effect<State.Enrollment, SimulatorError> =>
  Effect.flatMap(Ref.get(context.state), (state) =>
    state.enrollment === undefined
      ? Effect.fail(simulatorError("NotEnrolled", "The device is not enrolled"))
      : Effect.succeed(state.enrollment),
  )

/**
 * A channel, or `NotEnrolled`.
 *
 * @category accessors
 * @since 0.1.0
 */
export const channel = (
  context: DeviceContext,
  name: State.ChannelName,
): Effect.Effect<State.Channel, SimulatorError> =>
  Effect.flatMap(enrollment(context), ({ channels }) => {
    const found = channels.get(name)
    return found === undefined
      ? Effect.fail(simulatorError("NotEnrolled", "There is no such channel: the user must log in first"))
      : Effect.succeed(found)
  })

/**
 * Changes the enrollment, if the device is still enrolled.
 *
 * @category combinators
 * @since 0.1.0
 */
export const updateEnrollment = (
  context: DeviceContext,
  change: (enrollment: State.Enrollment) => State.Enrollment,
): Effect.Effect<void> =>
  Ref.update(context.state, (state) =>
    state.enrollment === undefined ? state : { ...state, enrollment: change(state.enrollment) },
  )

/**
 * Changes a channel, if it still exists.
 *
 * @category combinators
 * @since 0.1.0
 */
export const updateChannel = (
  context: DeviceContext,
  name: State.ChannelName,
  change: (channel: State.Channel) => State.Channel,
): Effect.Effect<void> =>
  updateEnrollment(context, (enrollment) => {
    const found = enrollment.channels.get(name)
    if (found === undefined) return enrollment
    return { ...enrollment, channels: State.withEntry(enrollment.channels, name, change(found)) }
  })

/**
 * Deletes the enrollment and everything that belongs to it: profiles, declarations, users, identity.
 *
 * @category combinators
 * @since 0.1.0
 */
export const forget = (context: DeviceContext): Effect.Effect<void> =>
  Ref.update(context.state, (state) => ({
    ...State.initial,
    locked: state.locked,
    enrollments: state.enrollments,
  })).pipe(Effect.andThen(context.transport.setCredentials({ identity: undefined, roots: [] })))
