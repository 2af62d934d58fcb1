/**
 * Assets: bytes that declarations refer to, by identifier. Every enrolled device may fetch every asset.
 */
import type { AssetContent } from "@espalier/schema"
import { Context, Effect, Layer } from "effect"
import type { StorageError } from "../StorageError.ts"

/**
 * Assets by identifier.
 *
 * @category services
 * @since 0.1.0
 */
export class Assets extends Context.Service<
  Assets,
  {
    readonly put: (identifier: string, asset: AssetContent) => Effect.Effect<void, StorageError>
    /** `null` where there is no asset of that identifier. */
    readonly get: (identifier: string) => Effect.Effect<AssetContent | null, StorageError>
  }
>()("@espalier/devices/Assets") {
  /** Keeps assets in memory: they are gone when the process ends. */
  static readonly layerMemory: Layer.Layer<Assets> = Layer.sync(Assets, () => {
    const assets = new Map<string, AssetContent>()
    return {
      put: (identifier, asset) => Effect.sync(() => void assets.set(identifier, asset)),
      get: (identifier) => Effect.sync(() => assets.get(identifier) ?? null),
    }
  })
}
