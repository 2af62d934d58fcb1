/**
 * The API keys: those in the database, and one that is set from outside so that it stays the same after a restart. All are for the sample's
 * workspace.
 */
import { createHash, timingSafeEqual } from "node:crypto"
import { ApiKeys } from "@espalier/api-keys"
import { Effect, Layer, Option, Redacted } from "effect"
import { workspace } from "./Workspace.ts"

/**
 * @category layers
 */
export const layer = (fixed: Redacted.Redacted | undefined) =>
  Layer.effect(
    ApiKeys,
    Effect.map(ApiKeys, (keys) =>
      fixed === undefined
        ? keys
        : {
            ...keys,
            authenticate: (key: Redacted.Redacted) =>
              timingSafeEqual(digestOf(key), digestOf(fixed))
                ? Effect.succeed(Option.some({ keyId: "fixed", workspace, note: "ESPALIER_SAMPLE_KEY" }))
                : keys.authenticate(key),
          },
    ),
  ).pipe(Layer.provide(ApiKeys.layer))

const digestOf = (key: Redacted.Redacted) => createHash("sha256").update(Redacted.value(key)).digest()
