/**
 * `GET` and `POST /mdm/apple/scep` (RFC 8894): where a device gets its identity certificate, and later renews it.
 */
import { Scep } from "@espalier/apple"
import { Problem } from "@espalier/http"
import { Effect } from "effect"
import { HttpRouter, HttpServerRequest, HttpServerResponse } from "effect/http"
import * as Body from "../Http/Body.ts"
import * as DeviceResponse from "../Http/DeviceResponse.ts"
import { Origins } from "../Http/Origins.ts"
import * as Telemetry from "../Http/Telemetry.ts"
import { Authority } from "../Identity/Authority.ts"
import * as StoreReply from "../Store/StoreReply.ts"
import * as ScepAuthority from "./ScepAuthority.ts"

/**
 * The route.
 *
 * @category routes
 * @since 0.1.0
 */
export const layer = HttpRouter.use(
  Effect.fnUntraced(function* (router) {
    const authority = yield* Authority
    const originOf = yield* Origins
    const answer = yield* ScepAuthority.make

    const respond = Effect.gen(function* () {
      const request = yield* HttpServerRequest.HttpServerRequest
      yield* originOf(request.headers["host"])
      const query = new URLSearchParams(request.url.split("?", 2)[1] ?? "")
      switch (query.get("operation")) {
        case "GetCACaps":
          return HttpServerResponse.text(Scep.capabilitiesText, { contentType: Scep.contentTypes.capabilities })
        case "GetCACert":
          return HttpServerResponse.uint8Array(authority.certificate.der, {
            contentType: Scep.contentTypes.caCertificate,
          })
        case "PKIOperation": {
          const message =
            request.method === "POST" ? yield* Body.read(request) : messageInQuery(query.get("message") ?? "")
          return HttpServerResponse.uint8Array(yield* answer(message), { contentType: Scep.contentTypes.message })
        }
        default:
          return yield* new Problem.Problem({
            status: 400,
            detail: "The operation must be GetCACaps, GetCACert or PKIOperation",
          })
      }
    }).pipe(
      Effect.catchTag("StoreError", (error) => Effect.map(StoreReply.make(error), DeviceResponse.fromReply)),
      Telemetry.response("scep"),
      Effect.catchTag("Problem", Telemetry.problemResponse),
    )

    // With the path itself. SCEP clients append parts such as `/pkiclient.exe` (RFC 8894 §4.1: the path is the server's choice).
    yield* router.add("GET", "/mdm/apple/scep/*", respond)
    yield* router.add("POST", "/mdm/apple/scep/*", respond)
  }),
)

/** Base64. A `+` that was not escaped has become a space. */
const messageInQuery = (message: string) => new Uint8Array(Buffer.from(message.replaceAll(" ", "+"), "base64"))
