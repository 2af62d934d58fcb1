/** Everything that a device needs, returns or fails with is exported. Checked by `tsc`. */
import {
  type Command,
  Device,
  type Exchange,
  type SimulatorError,
  type SimulatorErrorReason,
} from "@espalier/simulator"
import type { Effect, Scope } from "effect"

export const make: (options: Device.Options) => Effect.Effect<Device.Device, never, Scope.Scope> = Device.make

/** A fleet's own code, written with the exported types only. */
export interface Member {
  readonly device: Device.Device
  readonly profile: Device.DeviceProfile
  readonly kind: Device.Kind
  readonly state: Device.State
  readonly channel: Device.Channel
  readonly channelName: Device.ChannelName
  readonly declaration: Device.Declaration
  readonly target: Device.PushTarget
  readonly report: Device.Report
  readonly attachment: Device.Attachment
  readonly account: Device.AccountOptions
  readonly download: Device.DownloadOptions
  readonly user: Device.User
  readonly exchange: Exchange.Exchange
  readonly commands: Command.Table
  readonly outcome: Command.Outcome
}

export const reason = (error: SimulatorError): SimulatorErrorReason => error.reason
