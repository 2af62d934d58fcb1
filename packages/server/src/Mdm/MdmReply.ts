/**
 * The reply of the server to a device's message, before it becomes an HTTP response.
 */
import { Plist } from "@espalier/plist"
import { Data, Effect } from "effect"
import * as InvalidResponse from "../Backend/InvalidResponse.ts"
import type { BackendUnavailable } from "../Backend/index.ts"

/**
 * A reply.
 *
 * **Details**
 *
 * - `Empty`: 200 without a body: accepted, or no command.
 * - `PropertyList`: 200 with a property list as XML.
 * - `Json`: declarative management, and Apple's errors in JSON.
 * - `Status`: a status without a body.
 *
 * @category models
 * @since 0.1.0
 */
export type MdmReply = Data.TaggedEnum<{
  Empty: Record<never, never>
  PropertyList: { readonly xml: string }
  Json: { readonly status: number; readonly body: unknown }
  Status: { readonly status: number; readonly headers: { readonly [name: string]: string } }
}>

const { $match, Empty, PropertyList, Json, Status } = Data.taggedEnum<MdmReply>()

/**
 * Handles each kind of reply.
 *
 * @category pattern matching
 * @since 0.1.0
 */
export const match = $match

/**
 * @category constructors
 * @since 0.1.0
 */
export const empty: MdmReply = Empty()

/**
 * A property list. A value that has no XML form came from the backend, so it is an invalid response.
 *
 * @category constructors
 * @since 0.1.0
 */
export const propertyList = (value: Plist.Value): Effect.Effect<MdmReply, BackendUnavailable> =>
  Effect.fromResult(Plist.toXml(value)).pipe(
    Effect.map((xml) => PropertyList({ xml })),
    Effect.mapError((error) => InvalidResponse.make(error.message)),
  )

/**
 * @category constructors
 * @since 0.1.0
 */
export const json = (body: unknown, status = 200): MdmReply => Json({ status, body })

/**
 * @category constructors
 * @since 0.1.0
 */
export const status = (code: number, headers: { readonly [name: string]: string } = {}): MdmReply =>
  Status({ status: code, headers })

/**
 * The HTTP status that the reply becomes.
 *
 * @category accessors
 * @since 0.1.0
 */
export const statusOf: (reply: MdmReply) => number = match({
  Empty: () => 200,
  PropertyList: () => 200,
  Json: (reply) => reply.status,
  Status: (reply) => reply.status,
})
