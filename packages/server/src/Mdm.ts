/**
 * `PUT /mdm/apple/mdm`, the way of a device's message: HTTP → origin → identity → property list → message → backend → answer → HTTP.
 *
 * Check-ins and the command channel share the route, told apart by the content type as Apple defines it.
 */
import { type CheckIn, type CommandReport, Message } from "@espalier/apple"
import type { Scope } from "@espalier/schema"
import { Effect, Result } from "effect"
import { HttpRouter, HttpServerRequest, type HttpServerResponse } from "effect/http"
import { type BackendError, type BackendUnavailable, ManagementBackend } from "./Backend/index.ts"
import * as Body from "./Body.ts"
import * as CheckInAnswer from "./CheckIn.ts"
import * as CommandChannel from "./CommandChannel.ts"
import { DeviceIdentity } from "./DeviceIdentity.ts"
import * as DeviceResponse from "./DeviceResponse.ts"
import { observed, refused } from "./Observation.ts"
import { Origins } from "./Origins.ts"
import * as Pins from "./Pins.ts"
import { Refusal } from "./Refusal.ts"
import * as ScopeOf from "./ScopeOf.ts"
import { Store } from "./Store/index.ts"
import * as StoreResponse from "./StoreResponse.ts"

/**
 * The route.
 *
 * @category routes
 * @since 0.1.0
 */
export const layer = HttpRouter.use(
  Effect.fnUntraced(function* (router) {
    const backend = yield* ManagementBackend
    const identity = yield* DeviceIdentity
    const originOf = yield* Origins
    const store = yield* Store

    const conversation = Effect.gen(function* () {
      const request = yield* HttpServerRequest.HttpServerRequest
      const mdmOrigin = yield* originOf(request)
      const decode = yield* decoderOf(request)
      const bytes = yield* Body.read(request)
      const certificate = yield* identity.of(request, bytes)
      const incoming = yield* decode(bytes)
      const scope = yield* ScopeOf.make(incoming.message, mdmOrigin, certificate)
      return yield* incoming.answer(scope).pipe(
        Effect.catchTag("BackendUnavailable", refuseUnsendable),
        DeviceResponse.orElse(incoming.situation),
        Pins.guard(store, identity.mode, {
          udid: scope.udid,
          certificate,
          isAuthenticate: incoming.situation === "authenticate",
        }),
        Effect.catchTag("StoreError", StoreResponse.make),
        observed(incoming.name, scope),
      )
    })

    yield* router.add(
      "PUT",
      "/mdm/apple/mdm",
      conversation.pipe(Effect.catchTag("Refusal", refused), Effect.provideService(ManagementBackend, backend)),
    )
  }),
)

/** A message that no webhook can carry is the device's mistake: told to come back with it, it would do so for ever. */
const refuseUnsendable = (error: BackendUnavailable): Effect.Effect<never, BackendUnavailable | Refusal> =>
  Effect.fail(
    error.reason === "BadRequest"
      ? new Refusal({ status: 400, detail: "The message lacks what its webhook needs" })
      : error,
  )

interface Incoming {
  readonly name: string
  readonly message: CheckIn.CheckInMessage | CommandReport.CommandReport
  readonly situation: DeviceResponse.Situation
  readonly answer: (
    scope: Scope,
  ) => Effect.Effect<HttpServerResponse.HttpServerResponse, BackendError | Refusal, ManagementBackend>
}

type Decoder = (bytes: Uint8Array) => Effect.Effect<Incoming, Refusal>

const decoder =
  <A>(
    decode: (bytes: Uint8Array) => Result.Result<A, { readonly message: string }>,
    incoming: (message: A) => Incoming,
  ): Decoder =>
  (bytes) =>
    Effect.fromResult(
      Result.mapBoth(decode(bytes), {
        onSuccess: incoming,
        onFailure: (error) => new Refusal({ status: 400, detail: error.message }),
      }),
    )

const decoders: { readonly [contentType: string]: Decoder } = {
  "application/x-apple-aspen-mdm-checkin": decoder(Message.decodeCheckIn, (message) => ({
    name: message.MessageType,
    message,
    situation: CheckInAnswer.situationOf(message),
    answer: (scope) => CheckInAnswer.answer(message, scope),
  })),
  "application/x-apple-aspen-mdm": decoder(Message.decodeCommandReport, (report) => ({
    name: report.Status,
    message: report,
    situation: "checkin",
    answer: (scope) => CommandChannel.answer(report, scope),
  })),
}

const decoderOf = (request: HttpServerRequest.HttpServerRequest): Effect.Effect<Decoder, Refusal> => {
  const mediaType = (request.headers["content-type"] ?? "").split(";", 1)[0]?.trim().toLowerCase() ?? ""
  const found = Object.hasOwn(decoders, mediaType) ? decoders[mediaType] : undefined
  return found === undefined
    ? Effect.fail(new Refusal({ status: 415, detail: `Send content-type ${Object.keys(decoders).join(" or ")}` }))
    : Effect.succeed(found)
}
