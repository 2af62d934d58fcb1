/**
 * Replies to devices as HTTP responses.
 */
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
  Json: (reply) => HttpServerResponse.jsonUnsafe(reply.body, { status: reply.status }),
  Status: (reply) => status(reply.status, reply.headers),
})
