/**
 * Why an integration is invalid, and at which field.
 */
import type {
  IdempotencyKeyConflict,
  IntegrationConflict,
  IntegrationNotFound,
  InvalidAddress,
  InvalidIdempotencyKey,
  InvalidSetting,
  InvalidSubscriptions,
  InvalidUrl,
  TooManyIntegrations,
} from "@espalier/notifications/api"
import { type CommonError, commonErrorMessage } from "../Api/CommonError.ts"

export interface Problem {
  readonly field: "url" | "events" | "form"
  readonly message: string
}

type InputError =
  | InvalidUrl
  | InvalidAddress
  | InvalidSetting
  | InvalidSubscriptions
  | IntegrationConflict
  | IntegrationNotFound
  | TooManyIntegrations
  | InvalidIdempotencyKey
  | IdempotencyKeyConflict
  | CommonError

const urlMessages: Readonly<Record<InvalidUrl["reason"], string>> = {
  NotAUrl: "Enter a complete URL, such as https://hooks.example.com/mdm.",
  TooLong: "The URL is too long. The maximum is 2048 characters.",
  Scheme: "The URL must start with https://, so that the events are encrypted in transit.",
  Port: "This port is reserved for other services. Use 443, or a port from 1024 on.",
  Credentials: "Remove the user name and password. Receivers verify events by their signature.",
  Fragment: "Remove the fragment (#…): it is never sent.",
}

const eventMessages: Readonly<Record<InvalidSubscriptions["reason"], string>> = {
  None: "Choose at least one event.",
  Unknown: "The server does not support one of these events. Reload the page.",
  Duplicate: "One of these events is listed twice.",
}

export const problemOf = (error: InputError): Problem => {
  switch (error._tag) {
    case "InvalidUrl":
      return { field: "url", message: urlMessages[error.reason] }
    case "InvalidAddress":
      return {
        field: "url",
        message: `This host is not on the public internet (${error.range} address). Events are not sent to such addresses.`,
      }
    case "InvalidSubscriptions":
      return { field: "events", message: eventMessages[error.reason] }
    case "IntegrationConflict":
      return {
        field: "url",
        message: "Another integration of this workspace already has this URL. Change the events of that one instead.",
      }
    case "InvalidSetting":
      return { field: "form", message: error.detail ?? error.member }
    case "IntegrationNotFound":
      return { field: "form", message: "This integration was deleted." }
    case "TooManyIntegrations":
      return { field: "form", message: `A workspace has at most ${error.limit} integrations. Delete one first.` }
    case "InvalidIdempotencyKey":
    case "IdempotencyKeyConflict":
      return { field: "form", message: "The request could not be repeated. Reload the page." }
    default:
      return { field: "form", message: commonErrorMessage(error) }
  }
}
