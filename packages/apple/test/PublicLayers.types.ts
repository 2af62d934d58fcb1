/** Everything that a public layer of the package provides, needs or fails with is exported. Checked by `tsc`. */
import { Push } from "@espalier/apple"
import type { Config, Layer } from "effect"

export const layer: (options: Push.PushOptions) => Layer.Layer<Push.Push, Push.InvalidPushOptions> = Push.layer

export const layerConfig: (
  options: Config.Wrap<Push.PushOptions>,
) => Layer.Layer<Push.Push, Config.ConfigError | Push.InvalidPushOptions> = Push.layerConfig

/** A service of one's own, written with the exported types only. */
export const service = (push: Push.Service["push"], expiry: ReadonlyArray<Push.CertificateExpiry>) => [push, expiry]
export const options = (certificates: ReadonlyArray<Push.PushCertificate>): Push.PushOptions => ({ certificates })
export const wake = (notification: Push.Notification): Push.Notification => notification
export const outcome = (accepted: Push.Accepted, error: Push.PushError, reason: Push.Reason) => [
  accepted,
  error,
  reason,
]
