/**
 * Why the API refuses an integration, as a person understands it, and at which field.
 */
import type {
  AddressRefused,
  EventsRefused,
  IntegrationConflict,
  IntegrationUnknown,
  UrlRefused,
} from "@espalier/notifications/api"
import { type CommonFailure, commonSentence } from "../Api/CommonFailure.ts"

export interface Problem {
  readonly field: "url" | "events" | "form"
  readonly sentence: string
}

type InputFailure =
  | UrlRefused
  | AddressRefused
  | EventsRefused
  | IntegrationConflict
  | IntegrationUnknown
  | CommonFailure

const urlSentences: Readonly<Record<UrlRefused["reason"], string>> = {
  NotAUrl: "This is not a whole URL. It looks like https://hooks.example.com/mdm.",
  TooLong: "This URL is too long: it may have 2048 characters.",
  Scheme: "The URL must begin with https://, so that nobody on the way can read the events.",
  Port: "This port belongs to another kind of service. Use 443, or 1024 and above.",
  Credentials: "Leave out user and password: the events are signed, so the receiver can tell that they are real.",
  Fragment: "Leave out the part from # on: it would never be sent.",
}

const eventSentences: Readonly<Record<EventsRefused["reason"], string>> = {
  None: "Choose at least one event.",
  Unknown: "The server does not know one of these events. Reload the page.",
  Repeated: "One of these events is chosen twice.",
}

export const problemOf = (error: InputFailure): Problem => {
  switch (error._tag) {
    case "UrlRefused":
      return { field: "url", sentence: urlSentences[error.reason] }
    case "AddressRefused":
      return {
        field: "url",
        sentence: `This host is not on the public internet (${error.range} address), so nothing is posted there.`,
      }
    case "EventsRefused":
      return { field: "events", sentence: eventSentences[error.reason] }
    case "IntegrationConflict":
      return {
        field: "url",
        sentence: "Another integration of this workspace has this URL already. Change its events instead.",
      }
    case "IntegrationUnknown":
      return { field: "form", sentence: "This integration is not there any more: somebody deleted it." }
    default:
      return { field: "form", sentence: commonSentence(error) }
  }
}
