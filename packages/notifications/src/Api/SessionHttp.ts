/**
 * Signing in and out. The session is the key itself, in a cookie that no script can read and no other site's page sends along.
 */
import { Effect, Option } from "effect"
import { HttpServerRequest } from "effect/http"
import { HttpApiBuilder } from "effect/http-api"
import { ApiKeys } from "../ApiKeys.ts"
import { CurrentKey, sessionCookie, Unauthorized } from "./Authorization.ts"
import { otherOrigin } from "./AuthorizationHttp.ts"
import { orUnavailable } from "./Availability.ts"
import { NotificationsApi } from "./NotificationsApi.ts"
import * as Origin from "./Origin.ts"

/**
 * `secureCookie`: whether the browser is to keep the cookie to `https`, and to this machine. `pageOrigins`: see {@link Origin.of}.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer = ({
  secureCookie,
  pageOrigins,
}: {
  readonly secureCookie: boolean
  readonly pageOrigins: ReadonlyArray<string>
}) =>
  HttpApiBuilder.group(
    NotificationsApi,
    "session",
    Effect.fnUntraced(function* (handlers) {
      const keys = yield* ApiKeys
      const cookie = { httpOnly: true, sameSite: "strict", path: "/api", secure: secureCookie } as const

      return handlers.handleAll({
        signIn: Effect.fnUntraced(function* ({ payload: { key } }) {
          // Else another site's page could sign somebody in as somebody else.
          if (Origin.of(yield* HttpServerRequest.HttpServerRequest, pageOrigins) === "other") return yield* otherOrigin
          const holder = yield* orUnavailable(keys.authenticate(key))
          if (Option.isNone(holder)) return yield* new Unauthorized({})
          yield* HttpApiBuilder.securitySetCookie(sessionCookie, key, { ...cookie, maxAge: "12 hours" })
          return holder.value
        }),
        session: () => CurrentKey,
        signOut: () => HttpApiBuilder.securitySetCookie(sessionCookie, "", { ...cookie, maxAge: 0 }),
      })
    }),
  )
