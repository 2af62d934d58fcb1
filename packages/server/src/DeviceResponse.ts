/**
 * What a device sees when the backend says no: the protocol's table of errors, one row a tag and one column a situation.
 *
 * Nothing of the backend's wording reaches a device, except where `ServerInitiatedUnenrollment` means it for the person who holds it.
 */

import type { ServerInitiatedUnenrollment } from "@espalier/schema"
import { Effect, Schema } from "effect"
import { HttpServerResponse } from "effect/http"
import { BackendError } from "./Backend/index.ts"

/**
 * Where the device stands when the answer comes.
 *
 * @category models
 * @since 0.1.0
 */
export type Situation = "authenticate" | "userAuthenticate" | "checkin" | "declarative" | "asset"

type Row = { readonly [S in Situation]: HttpServerResponse.HttpServerResponse }

/**
 * A status and nothing else.
 *
 * @category responses
 * @since 0.1.0
 */
export const status = (code: number, headers?: { readonly [name: string]: string }) =>
  HttpServerResponse.empty({ status: code, headers: { ...headers, "content-length": "0" } })

/**
 * The answer with nothing in it: "taken", or "no command".
 *
 * @category responses
 * @since 0.1.0
 */
export const empty = status(200)

/** Apple, "Error Unrecognized Device": makes iOS 17, macOS 14 and later unenroll. Older systems obey a bare 401. */
const unrecognized = (error: ServerInitiatedUnenrollment) =>
  error.legacy === true
    ? status(401)
    : HttpServerResponse.jsonUnsafe(
        {
          code: "com.apple.unrecognized.device",
          ...(error.description === undefined ? {} : { description: error.description }),
          ...(error.message === "" ? {} : { message: error.message }),
        },
        { status: 403 },
      )

const unavailable = (retryAfter: number): Row => {
  const response = status(503, { "retry-after": String(retryAfter) })
  return {
    authenticate: response,
    userAuthenticate: response,
    checkin: response,
    declarative: response,
    asset: response,
  }
}

/** Seconds, where nobody knows better. */
const defaultRetryAfter = 60

/** `404` on a declaration makes a device delete it, so no error becomes one there. */
const rowOf = BackendError.match({
  ManagementNotSupported: (): Row => ({
    authenticate: status(403),
    userAuthenticate: status(410),
    checkin: empty,
    declarative: status(501),
    asset: status(404),
  }),
  UnknownDevice: (): Row => ({
    authenticate: status(403),
    userAuthenticate: status(404),
    checkin: status(404),
    declarative: status(400),
    asset: status(404),
  }),
  ServerInitiatedUnenrollment: (error): Row => {
    const response = unrecognized(error)
    return {
      authenticate: response,
      userAuthenticate: response,
      checkin: response,
      declarative: response,
      asset: status(403),
    }
  },
  InternalServerError: (): Row => unavailable(defaultRetryAfter),
  BackendUnavailable: (error): Row => unavailable(error.retryAfter ?? defaultRetryAfter),
})

/**
 * Turns the backend's errors into what the device sees in this situation, and leaves the rest.
 *
 * @category responses
 * @since 0.1.0
 */
export const orElse =
  (situation: Situation) =>
  <E, R>(
    answer: Effect.Effect<HttpServerResponse.HttpServerResponse, BackendError | E, R>,
  ): Effect.Effect<HttpServerResponse.HttpServerResponse, E, R> =>
    Effect.catchIf(answer, isBackendError, (error) =>
      Effect.as(
        (isTrouble(error) ? Effect.logWarning : Effect.logDebug)(
          `Backend: ${error._tag}${error.message === "" ? "" : `: ${error.message}`}`,
        ),
        make(error, situation),
      ),
    )

const isTrouble = BackendError.isAnyOf(["InternalServerError", "BackendUnavailable"])

const isBackendError = (error: unknown): error is BackendError => Schema.is(BackendError)(error)

/**
 * What the device sees.
 *
 * @category responses
 * @since 0.1.0
 */
export const make = (error: BackendError, situation: Situation): HttpServerResponse.HttpServerResponse =>
  rowOf(error)[situation]
