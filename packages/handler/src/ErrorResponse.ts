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
 */
export const isTyped = Schema.is(Any)

/**
 * Answers with a typed error.
 *
 * @category errors
 */
export const make = (error: WebhookError | RequestError): HttpServerResponse.HttpServerResponse =>
  HttpServerResponse.jsonUnsafe(encode(error), {
    status: Number(statuses.get(error._tag)),
    ...(error._tag === "MethodNotAllowed" ? { headers: { allow: "POST" } } : {}),
  })
