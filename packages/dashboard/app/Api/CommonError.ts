/**
 * The errors that every call can fail with, and their messages.
 */
import type { DatabaseUnavailable, Forbidden, Unauthorized } from "@espalier/api-keys/api"
import type { HttpClientError } from "effect/http"
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

/** A call that may succeed when it is repeated: the server was not reached, or not available. */
export const isTransient = (error: unknown): boolean => {
  const tag = tagOf(error)
  if (tag === "DatabaseUnavailable") return true
  return tag === "HttpClientError" && reasonOf(error) === "TransportError"
}

export const isSignedOut = (error: unknown): boolean => tagOf(error) === "Unauthorized"

const tagOf = (error: unknown): unknown =>
  typeof error === "object" && error !== null && "_tag" in error ? error._tag : undefined

const reasonOf = (error: unknown): unknown =>
  typeof error === "object" && error !== null && "reason" in error ? tagOf(error.reason) : undefined

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
      return error.reason._tag === "TransportError"
        ? "The server cannot be reached. It is not known whether anything was changed."
        : "The server sent a response that this page cannot read."
    case "SchemaError":
      return "The server sent a response that this page cannot read."
  }
}
