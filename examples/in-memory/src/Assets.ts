/**
 * The assets: bytes that declarations refer to, by identifier. Whoever is enrolled may fetch any of them.
 */
import type { AssetContent } from "@espalier/schema"
import { Context, Effect, Layer } from "effect"

/**
 * The assets by identifier.
 *
 * @category services
 */
export class Assets extends Context.Service<
  Assets,
  {
    readonly put: (identifier: string, asset: AssetContent) => Effect.Effect<void>
    readonly get: (identifier: string) => Effect.Effect<AssetContent | null>
  }
>()("@espalier/example-in-memory/Assets") {
  static readonly layer = Layer.sync(Assets, () => {
    const assets = new Map<string, AssetContent>()
    return Assets.of({
      put: (identifier, asset) => Effect.sync(() => void assets.set(identifier, asset)),
      get: (identifier) => Effect.sync(() => assets.get(identifier) ?? null),
    })
  })
}
