/**
 * The reply to a device when the store fails.
 */
import { Problem } from "@espalier/http"
import { Effect } from "effect"
import * as MdmReply from "../Mdm/MdmReply.ts"
import type { StoreError } from "./Store.ts"

/**
 * 503 with `Retry-After`, and a warning in the log. A value that no store accepts, such as a UDID of a thousand characters, is the device's mistake: 400.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (error: StoreError): Effect.Effect<MdmReply.MdmReply, Problem.Problem> =>
  error.reason === "Invalid"
    ? Effect.fail(new Problem.Problem({ status: 400, detail: error.message }))
    : Effect.as(
        Effect.logWarning(`Store: ${error.operation}: ${error.message}`),
        MdmReply.status(503, { "retry-after": "60" }),
      )
