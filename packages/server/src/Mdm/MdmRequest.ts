/**
 * A device's message with its sender, and the function that replies to it.
 */
import type { Certificate } from "@espalier/apple"
import type { Problem } from "@espalier/http"
import type { Plist } from "@espalier/plist"
import type { Scope } from "@espalier/schema"
import type { Effect } from "effect"
import type { MdmMessage } from "./MdmMessage.ts"
import type { MdmReply } from "./MdmReply.ts"

/**
 * A message with its sender.
 *
 * @category models
 * @since 0.1.0
 */
export interface MdmRequest {
  readonly message: MdmMessage
  /** The message as it was sent. */
  readonly propertyList: Plist.Value
  readonly scope: Scope
  /** The verified identity; `undefined` where identity is optional and the device shows none. */
  readonly certificate: Certificate.Certificate | undefined
}

/**
 * Replies to one message. Middleware takes one and returns one.
 *
 * @category models
 * @since 0.1.0
 */
export type Handle<E = Problem.Problem> = (request: MdmRequest) => Effect.Effect<MdmReply, E>
