/**
 * `POST /api/push`: a backend wakes devices, many at a time, and hears of each token what became of it.
 *
 * For those who hold a bearer key; there is no route without one.
 */
import { createHash, timingSafeEqual } from "node:crypto"
import { Push } from "@espalier/apple"
import { type Array, Context, Effect, Redacted, Result, Schema } from "effect"
import { HttpRouter, HttpServerRequest, HttpServerResponse } from "effect/http"
import * as Body from "./Body.ts"
import { observed, refused } from "./Observation.ts"
import { Refusal } from "./Refusal.ts"

/**
 * Body of `POST /api/push`: the tokens as `TokenUpdate` events brought them.
 *
 * @category schemas
 * @since 0.1.0
 */
export const PushRequest = Schema.Struct({
  pushes: Schema.Array(
    Schema.Struct({ topic: Schema.NonEmptyString, pushToken: Schema.NonEmptyString, pushMagic: Schema.NonEmptyString }),
  ).check(Schema.isMinLength(1), Schema.isMaxLength(1000)),
}).annotate({ identifier: "PushRequest", description: "Devices to wake, at most 1000 at a time" })
/**
 * @category models
 * @since 0.1.0
 */
export type PushRequest = typeof PushRequest.Type

/**
 * What became of each push, in the order of the request.
 *
 * @category schemas
 * @since 0.1.0
 */
export const PushResponse = Schema.Struct({
  results: Schema.Array(
    Schema.Union([
      Schema.Struct({ status: Schema.Literal("accepted"), apnsId: Schema.String }),
      Schema.Struct({
        status: Schema.Literal("failed"),
        reason: Push.Reason,
        message: Schema.String,
        retryAfter: Schema.optionalKey(Schema.Int),
      }),
    ]),
  ),
}).annotate({ identifier: "PushResponse", description: "What became of each push, in the order of the request" })
/**
 * @category models
 * @since 0.1.0
 */
export type PushResponse = typeof PushResponse.Type

/**
 * Who may push: any of these bearer keys.
 *
 * @category services
 * @since 0.1.0
 */
export class PushKeys extends Context.Service<PushKeys, Array.NonEmptyReadonlyArray<Redacted.Redacted>>()(
  "@espalier/server/PushKeys",
) {}

const decode = Schema.decodeUnknownResult(Schema.fromJsonString(PushRequest))

/**
 * The route.
 *
 * @category routes
 * @since 0.1.0
 */
export const layer = HttpRouter.use(
  Effect.fnUntraced(function* (router) {
    const push = yield* Push.Push
    const keys = (yield* PushKeys).map((key) => digest(Redacted.value(key)))

    const answer = Effect.gen(function* () {
      const request = yield* HttpServerRequest.HttpServerRequest
      const [, given = ""] = /^Bearer +(\S+)$/i.exec(request.headers["authorization"] ?? "") ?? []
      // Digests are compared, all of them: neither length nor place of the right key shows in the time.
      const matches = keys.map((key) => timingSafeEqual(key, digest(given)))
      if (!matches.includes(true)) return yield* unauthorized
      const body = decode(new TextDecoder().decode(yield* Body.read(request)))
      if (Result.isFailure(body)) {
        return yield* new Refusal({
          status: 400,
          detail: "Send {pushes: [{topic, pushToken, pushMagic}, …]}, 1 to 1000",
        })
      }
      const outcomes = yield* push.pushMany(body.success.pushes)
      const response: PushResponse = { results: outcomes.map(resultOf) }
      return HttpServerResponse.jsonUnsafe(response)
    }).pipe(observed("push"), Effect.catchTag("Refusal", refused))

    yield* router.add("POST", "/api/push", answer)
  }),
)

const digest = (key: string) => createHash("sha256").update(key).digest()

const unauthorized = new Refusal({
  status: 401,
  detail: "Send authorization: Bearer with a key of --api-key",
  headers: { "www-authenticate": "Bearer" },
})

const resultOf = (outcome: Result.Result<Push.Accepted, Push.PushError>): PushResponse["results"][number] =>
  Result.match(outcome, {
    onSuccess: ({ apnsId }) => ({ status: "accepted", apnsId }),
    onFailure: ({ reason, message, retryAfter }) => ({
      status: "failed",
      reason,
      message,
      ...(retryAfter === undefined ? {} : { retryAfter }),
    }),
  })
