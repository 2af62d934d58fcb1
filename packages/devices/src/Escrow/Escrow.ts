/**
 * The secrets that devices entrust to their management, base64: bootstrap tokens (Mac) and unlock tokens (iPhone, iPad). No API returns them.
 */
import { Context, Effect, Layer, type Redacted } from "effect"
import type { StorageError } from "../StorageError.ts"

/**
 * Which secret.
 *
 * @category models
 * @since 0.1.0
 */
export type EscrowKind = "bootstrapToken" | "unlockToken"

/**
 * The secrets of each device.
 *
 * @category services
 * @since 0.1.0
 */
export class Escrow extends Context.Service<
  Escrow,
  {
    readonly put: (udid: string, kind: EscrowKind, secret: Redacted.Redacted) => Effect.Effect<void, StorageError>
    readonly get: (udid: string, kind: EscrowKind) => Effect.Effect<Redacted.Redacted | undefined, StorageError>
    /** Deletes every secret of a device. */
    readonly clear: (udid: string) => Effect.Effect<void, StorageError>
  }
>()("@espalier/devices/Escrow") {
  /** Keeps secrets in memory: they are gone when the process ends. */
  static readonly layerMemory: Layer.Layer<Escrow> = Layer.sync(Escrow, () => {
    const secrets = new Map<string, { readonly [K in EscrowKind]?: Redacted.Redacted }>()
    return {
      put: (udid, kind, secret) => Effect.sync(() => void secrets.set(udid, { ...secrets.get(udid), [kind]: secret })),
      get: (udid, kind) => Effect.sync(() => secrets.get(udid)?.[kind]),
      clear: (udid) => Effect.sync(() => void secrets.delete(udid)),
    }
  })
}
