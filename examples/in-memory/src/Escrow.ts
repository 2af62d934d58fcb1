/**
 * The secrets that devices entrust to their management: bootstrap tokens (Mac) and unlock tokens (iPhone, iPad), base64.
 * They are kept redacted and no API shows them.
 */
import { Context, Effect, Layer, Redacted } from "effect"

/**
 * Which secret.
 *
 * @category models
 */
export type Kind = "bootstrapToken" | "unlockToken"

/**
 * The secrets of each device.
 *
 * @category services
 */
export class Escrow extends Context.Service<
  Escrow,
  {
    readonly put: (udid: string, kind: Kind, secret: string) => Effect.Effect<void>
    readonly get: (udid: string, kind: Kind) => Effect.Effect<Redacted.Redacted | undefined>
    readonly forget: (udid: string) => Effect.Effect<void>
  }
>()("@espalier/example-in-memory/Escrow") {
  static readonly layer = Layer.sync(Escrow, () => {
    const secrets = new Map<string, { readonly [K in Kind]?: Redacted.Redacted }>()
    return Escrow.of({
      put: (udid, kind, secret) =>
        Effect.sync(() => void secrets.set(udid, { ...secrets.get(udid), [kind]: Redacted.make(secret) })),
      get: (udid, kind) => Effect.sync(() => secrets.get(udid)?.[kind]),
      forget: (udid) => Effect.sync(() => void secrets.delete(udid)),
    })
  })
}
