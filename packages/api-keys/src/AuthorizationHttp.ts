/**
 * Checks the API key of a request: that it is valid, and that it grants access to the workspace of the path.
 */
import { Effect, Layer, Option, Redacted } from "effect"
import { HttpRouter, HttpServerRequest, HttpServerRespondable } from "effect/http"
import { ApiKeys } from "./ApiKeys.ts"
import { Authorization, CurrentKey, Forbidden, Unauthorized } from "./Authorization.ts"
import { orDatabaseUnavailable } from "./DatabaseUnavailable.ts"
import * as SameOrigin from "./SameOrigin.ts"

/**
 * The problem for a request with the session cookie that comes from a page of another origin.
 *
 * @category errors
 * @since 0.1.0
 */
export const otherOrigin = new Forbidden({
  reason: "OtherOrigin",
  detail: "With a session cookie, only pages of this origin may change data",
})

const otherWorkspace = new Forbidden({
  reason: "OtherWorkspace",
  detail: "The API key does not grant access to this workspace",
})

/**
 * Implements {@link Authorization} over {@link ApiKeys}. `pageOrigins` are origins whose pages count as this server's own.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer = ({
  pageOrigins = [],
}: {
  readonly pageOrigins?: ReadonlyArray<string> | undefined
} = {}): Layer.Layer<Authorization, never, ApiKeys> =>
  Layer.effect(
    Authorization,
    Effect.gen(function* () {
      const keys = yield* ApiKeys

      const authenticate = Effect.fnUntraced(function* (key: Redacted.Redacted) {
        const found = yield* orDatabaseUnavailable(keys.authenticate(key))
        if (Option.isNone(found)) return yield* new Unauthorized({})
        const { workspace } = yield* HttpRouter.params
        const holder = found.value
        yield* Effect.annotateCurrentSpan("espalier.key", holder.keyId)
        const isOther = holder.workspace !== null && workspace !== undefined && workspace !== holder.workspace
        return isOther ? yield* otherWorkspace : holder
      })

      return {
        // The response is made here: after a failure the cookie would be checked next, although a bearer key was given.
        bearer: (handler, { credential }) =>
          Redacted.value(credential) === ""
            ? Effect.fail(new Unauthorized({}))
            : Effect.matchEffect(authenticate(credential), {
                onFailure: HttpServerRespondable.toResponse,
                onSuccess: (holder) => Effect.provideService(handler, CurrentKey, holder),
              }),

        session: Effect.fnUntraced(function* (handler, { credential }) {
          const holder = yield* authenticate(credential)
          const request = yield* HttpServerRequest.HttpServerRequest
          const isSafe = request.method === "GET" || request.method === "HEAD"
          if (!isSafe && SameOrigin.check(request, pageOrigins) !== "same") return yield* otherOrigin
          return yield* Effect.provideService(handler, CurrentKey, holder)
        }),
      }
    }),
  )
