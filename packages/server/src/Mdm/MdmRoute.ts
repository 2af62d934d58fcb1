/**
 * `PUT /mdm/apple/mdm`, the path of a device's message:
 * HTTP → origin → body → identity → property list → message → scope → `MdmService` → HTTP.
 */
import { Effect } from "effect"
import { HttpRouter, HttpServerRequest } from "effect/http"
import * as Body from "../Http/Body.ts"
import * as DeviceResponse from "../Http/DeviceResponse.ts"
import { Origins } from "../Http/Origins.ts"
import * as Telemetry from "../Http/Telemetry.ts"
import { DeviceIdentity } from "../Identity/DeviceIdentity.ts"
import * as IdentityEvidence from "../Identity/IdentityEvidence.ts"
import * as MdmMessage from "./MdmMessage.ts"
import { MdmService } from "./MdmService.ts"
import * as PropertyList from "./PropertyList.ts"
import * as Scope from "./Scope.ts"

/**
 * The route.
 *
 * @category routes
 * @since 0.1.0
 */
export const layer = HttpRouter.use(
  Effect.fnUntraced(function* (router) {
    const identity = yield* DeviceIdentity
    const mdm = yield* MdmService
    const originOf = yield* Origins

    const respond = Effect.gen(function* () {
      const request = yield* HttpServerRequest.HttpServerRequest
      const mdmOrigin = yield* originOf(request.headers["host"])
      const body = yield* Body.read(request)
      const certificate = yield* identity.verify(IdentityEvidence.fromRequest(request, body))
      const propertyList = yield* PropertyList.parse(body)
      const message = yield* MdmMessage.decode(propertyList)
      const scope = yield* Scope.fromMessage(MdmMessage.enrollmentIds(message), mdmOrigin, certificate)
      const reply = yield* mdm.handle({ message, propertyList, scope, certificate })
      return DeviceResponse.fromReply(reply)
    })

    yield* router.add("PUT", "/mdm/apple/mdm", Effect.catchTag(respond, "Problem", Telemetry.problemResponse))
  }),
)
