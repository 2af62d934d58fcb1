/**
 * Replies to devices as HTTP responses.
 */
import { Json } from "@espalier/http"
import { HttpServerResponse } from "effect/http"
import * as MdmReply from "../Mdm/MdmReply.ts"

/** A status without a body. Some clients wait for a body unless its length is zero. */
const status = (code: number, headers: { readonly [name: string]: string }) =>
  HttpServerResponse.empty({ status: code, headers: { ...headers, "content-length": "0" } })

/**
 * The response for a reply.
 *
 * @category conversions
 * @since 0.1.0
 */
export const fromReply: (reply: MdmReply.MdmReply) => HttpServerResponse.HttpServerResponse = MdmReply.match({
  Empty: () => status(200, {}),
  PropertyList: ({ xml }) => HttpServerResponse.text(xml, { contentType: "application/xml" }),
  // An integer beyond 2^53 is `{"$integer": …}` in the backend's JSON, and a number in Apple's.
  Json: (reply) =>
    HttpServerResponse.text(Json.stringifyExact(reply.body), { status: reply.status, contentType: "application/json" }),
  Status: (reply) => status(reply.status, reply.headers),
})
