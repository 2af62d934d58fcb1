/**
 * The errors that every call can fail with, and their messages.
 */
import type { DatabaseUnavailable, Forbidden, Unauthorized } from "@espalier/api-keys/api"
import { HttpClientError } from "effect/http"
import type { HttpApiError } from "effect/http-api"
import type { SchemaError } from "effect/Schema"

export type CommonError =
  | Unauthorized
  | Forbidden
  | DatabaseUnavailable
  | HttpApiError.BadRequestProblem
  | HttpApiError.InternalServerErrorProblem
  | HttpClientError.HttpClientError
  | SchemaError

/** The statuses of a gateway whose server is away for a moment. */
const gatewayStatuses = new Set([502, 503, 504])

/** A call that may succeed when it is repeated: the server was not reached, or not available. */
export const isTransient = (error: unknown): boolean => {
  if (error instanceof HttpClientError.HttpClientError) {
    return error.reason._tag === "TransportError" || gatewayStatuses.has(gatewayStatus(error) ?? 0)
  }
  return tagOf(error) === "DatabaseUnavailable"
}

/** The status of an error response that is not the API's own. */
export const gatewayStatus = (error: unknown): number | undefined =>
  error instanceof HttpClientError.HttpClientError && error.reason._tag === "StatusCodeError"
    ? error.reason.response.status
    : undefined

export const isSignedOut = (error: unknown): boolean => tagOf(error) === "Unauthorized"

const tagOf = (error: unknown): unknown =>
  typeof error === "object" && error !== null && "_tag" in error ? error._tag : undefined

export const commonErrorMessage = (error: CommonError): string => {
  switch (error._tag) {
    case "Unauthorized":
      return "Your session has ended. Sign in again."
    case "Forbidden":
      return error.reason === "OtherWorkspace"
        ? "Your key does not grant access to this workspace."
        : "The server does not accept a session from this page, because the page has another origin."
    case "DatabaseUnavailable":
      return "The server is temporarily unavailable. Try again in a moment."
    case "BadRequestProblem":
      return "The server rejected this request. The page may be out of date: reload it."
    case "InternalServerErrorProblem":
      return "The server failed with an internal error."
    case "HttpClientError":
      switch (error.reason._tag) {
        case "TransportError":
          return "The server cannot be reached. It is not known whether anything was changed."
        case "StatusCodeError":
          return `The server, or a proxy in front of it, responded with HTTP ${error.reason.response.status}.`
        default:
          return "The server sent a response that this page cannot read."
      }
    case "SchemaError":
      return "The server sent a response that this page cannot read."
  }
}
