/**
 * The recorded Mac on the wire: it puts a message to the whitelabel server, and says what came back.
 */
import { Plist } from "@espalier/plist"
import { Effect, Result, Schema } from "effect"
import { HttpClient, HttpClientRequest, type HttpClientResponse } from "effect/http"
import * as Recording from "./Recording.ts"

/**
 * What the device was answered: `summary` in a few words, `commandUUID` if it is to do something.
 *
 * @category models
 */
export interface Answer {
  readonly status: number
  readonly summary: string
  readonly commandUUID: string | undefined
}

/**
 * Says a message, about the command it was given before.
 *
 * @category conversation
 */
export const say = Effect.fnUntraced(function* (server: string, message: Recording.Message, commandUUID?: string) {
  const text = yield* Recording.read(message, commandUUID)
  const isCheckIn = text.includes("<key>MessageType</key>")
  return yield* HttpClientRequest.put(`${server}/mdm/apple/mdm`).pipe(
    HttpClientRequest.bodyText(text, `application/x-apple-aspen-mdm${isCheckIn ? "-checkin" : ""}`),
    (request) => answered(request, isCheckIn ? "taken" : "nothing to do"),
  )
})

/**
 * Fetches an asset.
 *
 * @category conversation
 */
export const fetchAsset = (server: string, identifier: string) =>
  answered(HttpClientRequest.get(`${server}/mdm/apple/assets/${identifier}`), "empty")

/** `nothing` is what an empty body means here. */
const answered = (request: HttpClientRequest.HttpClientRequest, nothing: string) =>
  Effect.flatMap(HttpClient.execute(request), (response) =>
    Effect.map(response.arrayBuffer, (buffer) => read(response, new Uint8Array(buffer), nothing)),
  )

const isCommand = Schema.is(
  Schema.Struct({ CommandUUID: Schema.String, Command: Schema.Struct({ RequestType: Schema.String }) }),
)

const read = (
  { status, headers }: HttpClientResponse.HttpClientResponse,
  body: Uint8Array,
  nothing: string,
): Answer => {
  const answer = { status, commandUUID: undefined }
  if (body.length === 0) return { ...answer, summary: nothing }
  switch (headers["content-type"]) {
    case "application/xml": {
      const command = Result.getOrUndefined(Plist.parse(body))
      return isCommand(command)
        ? { status, summary: `command ${command.Command.RequestType}`, commandUUID: command.CommandUUID }
        : { ...answer, summary: "a property list" }
    }
    case "application/json":
      return { ...answer, summary: shortened(new TextDecoder().decode(body)) }
    default:
      return { ...answer, summary: `${body.length} bytes of ${headers["content-type"]}` }
  }
}

const shortened = (text: string) => (text.length > 88 ? `${text.slice(0, 87)}…` : text)
