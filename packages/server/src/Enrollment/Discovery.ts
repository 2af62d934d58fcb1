/**
 * `GET /.well-known/com.apple.remotemanagement`: where the devices of an organization enroll with the accounts of their users (Apple, "Discover
 * Authentication Servers"). A device requests it from the domain of the account, so that domain must be an origin of this server or redirect here.
 */
import { Effect } from "effect"
import { HttpRouter, HttpServerRequest, HttpServerResponse } from "effect/http"
import { Origins } from "../Http/Origins.ts"
import * as Telemetry from "../Http/Telemetry.ts"

/**
 * The route.
 *
 * @category routes
 * @since 0.1.0
 */
export const layer = HttpRouter.use(
  Effect.fnUntraced(function* (router) {
    const originOf = yield* Origins

    const respond = Effect.gen(function* () {
      const request = yield* HttpServerRequest.HttpServerRequest
      const { url } = yield* originOf(request.headers["host"])
      return HttpServerResponse.jsonUnsafe({
        Servers: [
          { Version: "mdm-byod", BaseURL: new URL("/mdm/apple/enroll/byod", url).href },
          { Version: "mdm-adde", BaseURL: new URL("/mdm/apple/enroll/adde", url).href },
        ],
      })
    }).pipe(Telemetry.response("well-known"), Effect.catchTag("Problem", Telemetry.problemResponse))

    yield* router.add("GET", "/.well-known/com.apple.remotemanagement", respond)
  }),
)
