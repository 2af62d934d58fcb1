/**
 * Handles signing in and out. The session is the API key itself, in a cookie that scripts cannot read and other sites cannot send.
 */
import { Effect, Option } from "effect"
import { HttpServerRequest } from "effect/http"
import { HttpApi, HttpApiBuilder } from "effect/http-api"
import { ApiKeys } from "./ApiKeys.ts"
import { CurrentKey, sessionCookie, Unauthorized } from "./Authorization.ts"
import { otherOrigin } from "./AuthorizationHttp.ts"
import { orDatabaseUnavailable } from "./DatabaseUnavailable.ts"
import * as SameOrigin from "./SameOrigin.ts"
import { SessionGroup } from "./SessionApi.ts"

/**
 * @category models
 * @since 0.1.0
 */
export interface SessionOptions {
  /**
   * `false` where browsers reach the server over plain `http` under a name or address other than this machine's: they would reject a
   * `Secure` cookie. Defaults to true.
   */
  readonly secureCookie?: boolean | undefined
  /** Origins whose pages count as this server's own. Defaults to none. */
  readonly pageOrigins?: ReadonlyArray<string> | undefined
}

/**
 * The handlers of {@link SessionGroup} for the `HttpApi` with this identifier.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer = <const ApiId extends string>(
  apiId: ApiId,
  { secureCookie = true, pageOrigins = [] }: SessionOptions = {},
) =>
  HttpApiBuilder.group(
    HttpApi.make(apiId).add(SessionGroup),
    "session",
    Effect.fnUntraced(function* (handlers) {
      const keys = yield* ApiKeys
      const cookie = { httpOnly: true, sameSite: "strict", path: "/api", secure: secureCookie } as const

      return handlers.handleAll({
        signIn: Effect.fnUntraced(function* ({ payload: { key } }) {
          // Otherwise a page of another site could sign a person in with a key of its own.
          if (SameOrigin.check(yield* HttpServerRequest.HttpServerRequest, pageOrigins) === "other") {
            return yield* otherOrigin
          }
          const holder = yield* orDatabaseUnavailable(keys.authenticate(key))
          if (Option.isNone(holder)) return yield* new Unauthorized({})
          yield* HttpApiBuilder.securitySetCookie(sessionCookie, key, { ...cookie, maxAge: "12 hours" })
          return holder.value
        }),
        session: () => CurrentKey,
        signOut: () => HttpApiBuilder.securitySetCookie(sessionCookie, "", { ...cookie, maxAge: 0 }),
      })
    }),
  )
