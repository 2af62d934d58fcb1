/**
 * What can go wrong with every call, whatever it is about, in sentences that a person can use.
 */
import type { DatabaseUnavailable, Forbidden, Unauthorized } from "@espalier/api-keys/api"
import type { HttpClientError } from "effect/http"
import type { HttpApiError } from "effect/http-api"
import type { SchemaError } from "effect/Schema"

export type CommonFailure =
  | Unauthorized
  | Forbidden
  | DatabaseUnavailable
  | HttpApiError.BadRequestProblem
  | HttpApiError.InternalServerErrorProblem
  | HttpClientError.HttpClientError
  | SchemaError

/** A call that may well go through in a moment: nobody answered, or only somebody in between. */
export const isPassing = (error: unknown): boolean => {
  const tag = tagOf(error)
  if (tag === "DatabaseUnavailable") return true
  return tag === "HttpClientError" && reasonOf(error) === "TransportError"
}

export const isSignedOut = (error: unknown): boolean => tagOf(error) === "Unauthorized"

const tagOf = (error: unknown): unknown =>
  typeof error === "object" && error !== null && "_tag" in error ? error._tag : undefined

const reasonOf = (error: unknown): unknown =>
  typeof error === "object" && error !== null && "reason" in error ? tagOf(error.reason) : undefined

export const commonSentence = (error: CommonFailure): string => {
  switch (error._tag) {
    case "Unauthorized":
      return "Your session has ended. Sign in again."
    case "Forbidden":
      return error.reason === "OtherWorkspace"
        ? "Your key does not open this workspace."
        : "This page is not of the same origin as its server, so its session does not count."
    case "DatabaseUnavailable":
      return "The server cannot do this right now; nothing was changed. Try again in a moment."
    case "BadRequestProblem":
      return "The server did not understand this. The page may be older than the server: reload it."
    case "InternalServerErrorProblem":
      return "The server met an error of its own."
    case "HttpClientError":
      return error.reason._tag === "TransportError"
        ? "The server cannot be reached. Nothing is known to have changed."
        : "The server answered in a way that this page does not understand."
    case "SchemaError":
      return "The server answered in a way that this page does not understand."
  }
}
