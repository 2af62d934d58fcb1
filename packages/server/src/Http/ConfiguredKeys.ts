/**
 * Authorization with keys from the configuration instead of a database.
 */
import { createHash, timingSafeEqual } from "node:crypto"
import { Authorization, CurrentKey, Unauthorized } from "@espalier/api-keys/api"
import { type Array, Effect, Layer, Redacted } from "effect"

/**
 * Accepts these bearer keys. There are no browser sessions.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer = (keys: Array.NonEmptyReadonlyArray<Redacted.Redacted | string>): Layer.Layer<Authorization> => {
  const digests = keys.map((key) => digest(Redacted.isRedacted(key) ? Redacted.value(key) : key))
  const isKnown = (key: string): boolean => {
    // All digests are compared, so that the time reveals neither the length nor the position of the right key.
    const given = digest(key)
    return digests.map((known) => timingSafeEqual(known, given)).includes(true)
  }
  const holder = { keyId: "configured", workspace: null, note: "" }
  return Layer.succeed(Authorization, {
    bearer: (handler, { credential }) =>
      isKnown(Redacted.value(credential))
        ? Effect.provideService(handler, CurrentKey, holder)
        : Effect.fail(new Unauthorized({})),
    session: () => Effect.fail(new Unauthorized({})),
  })
}

const digest = (key: string) => createHash("sha256").update(key).digest()
