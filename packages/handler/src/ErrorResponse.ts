/**
 * The typed errors as HTTP: `{"_tag": …, "message"?: …}` with the status that the schema gives the tag.
 */
import { RequestError, WebhookError } from "@espalier/schema"
import { Schema, SchemaAST } from "effect"
import { HttpServerResponse } from "effect/http"

const Any = Schema.Union([...WebhookError.members, ...RequestError.members])
const encode = Schema.encodeSync(Any)
const statuses = new Map<string, unknown>(
  Any.members.map((member) => [member.identifier, SchemaAST.resolve(member.ast)?.["httpApiStatus"]]),
)

/**
 * @category errors
 * @since 0.1.0
 */
export const isTyped = Schema.is(Any)

/**
 * Answers with a typed error.
 *
 * @category errors
 * @since 0.1.0
 */
export const make = (error: WebhookError | RequestError): HttpServerResponse.HttpServerResponse =>
  HttpServerResponse.jsonUnsafe(encode(error), {
    status: Number(statuses.get(error._tag)),
    ...headersOf(error),
  })

const headersOf = (error: WebhookError | RequestError) => {
  switch (error._tag) {
    case "MethodNotAllowed":
      return { headers: { allow: "POST" } }
    // The rest of the body is not read: RFC 9110 §15.5.9 and §15.5.14.
    case "RequestTimeout":
    case "PayloadTooLarge":
      return { headers: { connection: "close" } }
    default:
      return {}
  }
}
