/**
 * The reply to a device when the backend fails: the protocol's table of errors, one row for each tag and one column for each situation.
 *
 * Nothing that the backend wrote reaches a device, except the texts of `ServerInitiatedUnenrollment`, which are meant for its user.
 */
import type { ServerInitiatedUnenrollment } from "@espalier/schema"
import { Effect, Schema } from "effect"
import { BackendError } from "../Backend/index.ts"
import * as MdmReply from "./MdmReply.ts"

/**
 * What the device is doing when it receives the reply. A `question` asks for a value or hands over a secret: bootstrap tokens, `GetToken`,
 * `ReturnToService`.
 *
 * @category models
 * @since 0.1.0
 */
export type Situation = "authenticate" | "userAuthenticate" | "checkin" | "question" | "declarative" | "asset"

type Row = { readonly [S in Situation]: MdmReply.MdmReply }

/** Apple, "Error Unrecognized Device": iOS 17, macOS 14 and later unenroll. Older systems unenroll on a bare 401. */
const unrecognized = (error: ServerInitiatedUnenrollment) =>
  error.legacy === true
    ? MdmReply.status(401)
    : MdmReply.json(
        {
          code: "com.apple.unrecognized.device",
          ...(error.description === undefined ? {} : { description: error.description }),
          ...(error.message === "" ? {} : { message: error.message }),
        },
        403,
      )

const everywhere = (reply: MdmReply.MdmReply): Row => ({
  authenticate: reply,
  userAuthenticate: reply,
  checkin: reply,
  question: reply,
  declarative: reply,
  asset: reply,
})

/** In seconds, where the backend did not say. */
const defaultRetryAfter = 60

const unavailable = (retryAfter: number): Row => everywhere(MdmReply.status(503, { "retry-after": String(retryAfter) }))

/** A `404` for a declaration makes a device delete it, so no error becomes one there. */
const rowOf = BackendError.match({
  ManagementNotSupported: (): Row => ({
    authenticate: MdmReply.status(403),
    userAuthenticate: MdmReply.status(410),
    checkin: MdmReply.empty,
    // A secret that was not stored and a question without an answer are never 200 (Apple, "GetToken": 400 for a service that the server does not support).
    question: MdmReply.status(400),
    declarative: MdmReply.status(501),
    asset: MdmReply.status(404),
  }),
  UnknownDevice: (): Row => ({
    authenticate: MdmReply.status(403),
    userAuthenticate: MdmReply.status(404),
    checkin: MdmReply.status(404),
    question: MdmReply.status(404),
    declarative: MdmReply.status(400),
    asset: MdmReply.status(404),
  }),
  ServerInitiatedUnenrollment: (error): Row => ({ ...everywhere(unrecognized(error)), asset: MdmReply.status(403) }),
  InternalServerError: (): Row => unavailable(defaultRetryAfter),
  BackendUnavailable: (error): Row => unavailable(error.retryAfter ?? defaultRetryAfter),
})

/**
 * The reply for an error.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (error: BackendError, situation: Situation): MdmReply.MdmReply => rowOf(error)[situation]

/**
 * Replaces the backend's errors by the reply of this situation, in the form that `from` makes of it. Other errors stay.
 *
 * @category combinators
 * @since 0.1.0
 */
export const orElse =
  <B>(situation: Situation, from: (reply: MdmReply.MdmReply) => B) =>
  <A, E, R>(self: Effect.Effect<A, BackendError | E, R>): Effect.Effect<A | B, E, R> =>
    Effect.catchIf(self, isBackendError, (error) =>
      Effect.as(
        (isFailure(error) ? Effect.logWarning : Effect.logDebug)(
          `Backend: ${error._tag}${error.message === "" ? "" : `: ${error.message}`}`,
        ),
        from(make(error, situation)),
      ),
    )

const isFailure = BackendError.isAnyOf(["InternalServerError", "BackendUnavailable"])

const isBackendError = (error: unknown): error is BackendError => Schema.is(BackendError)(error)
