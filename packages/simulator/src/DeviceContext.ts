/**
 * A device from the inside: what it is, what it remembers, and the network it speaks through. Every verb takes one.
 */

import type { KeyObject } from "node:crypto"
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
      ? Effect.fail(simulatorError("NotEnrolled", "There is no such channel: has the user logged in?"))
      : Effect.succeed(found)
  })

/**
 * Changes the enrollment, if there still is one.
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
 * Changes a channel, if there still is one.
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
 * Forgets the enrollment and everything that came with it: profiles, declarations, users, identity.
 *
 * @category combinators
 * @since 0.1.0
 */
export const forget = (context: DeviceContext): Effect.Effect<void> =>
  Ref.update(context.state, (state) => ({
    ...State.initial,
    locked: state.locked,
    enrollments: state.enrollments,
  })).pipe(Effect.andThen(context.transport.present({ identity: undefined, roots: [] })))
