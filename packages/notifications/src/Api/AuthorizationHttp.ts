/**
 * Lets in who shows a key that counts, for the workspace of the path.
 */
import { Effect, Layer, Option, Redacted } from "effect"
import { HttpRouter, HttpServerRequest, HttpServerRespondable } from "effect/http"
import { ApiKeys } from "../ApiKeys.ts"
import { Authorization, CurrentKey, Forbidden, Unauthorized } from "./Authorization.ts"
import { orUnavailable } from "./Availability.ts"
import * as Origin from "./Origin.ts"

/**
 * What a request with the cookie of another page hears.
 *
 * @category errors
 * @since 0.1.0
 */
export const otherOrigin = new Forbidden({
  reason: "OtherOrigin",
  detail: "With the session's cookie only pages of this origin may change something",
})

const otherWorkspace = new Forbidden({ reason: "OtherWorkspace", detail: "The key is for another workspace" })

/**
 * `pageOrigins`: see {@link Origin.of}.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer = (pageOrigins: ReadonlyArray<string>): Layer.Layer<Authorization, never, ApiKeys> =>
  Layer.effect(
    Authorization,
    Effect.gen(function* () {
      const keys = yield* ApiKeys

      const admit = Effect.fnUntraced(function* (key: Redacted.Redacted) {
        const found = yield* orUnavailable(keys.authenticate(key))
        if (Option.isNone(found)) return yield* new Unauthorized({})
        const { workspace } = yield* HttpRouter.params
        const holder = found.value
        yield* Effect.annotateCurrentSpan("espalier.key", holder.keyId)
        const isOther = holder.workspace !== null && workspace !== undefined && workspace !== holder.workspace
        return isOther ? yield* otherWorkspace : holder
      })

      return {
        // Who shows a key is judged by that key alone: a failure here would have the cookie looked at.
        bearer: (answer, { credential }) =>
          Redacted.value(credential) === ""
            ? Effect.fail(new Unauthorized({}))
            : Effect.matchEffect(admit(credential), {
                onFailure: HttpServerRespondable.toResponse,
                onSuccess: (holder) => Effect.provideService(answer, CurrentKey, holder),
              }),

        session: Effect.fnUntraced(function* (answer, { credential }) {
          const holder = yield* admit(credential)
          const request = yield* HttpServerRequest.HttpServerRequest
          const isSafe = request.method === "GET" || request.method === "HEAD"
          if (!isSafe && Origin.of(request, pageOrigins) !== "same") return yield* otherOrigin
          return yield* Effect.provideService(answer, CurrentKey, holder)
        }),
      }
    }),
  )
