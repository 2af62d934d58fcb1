/**
 * The HTTP request behind a webhook call, for functions that need more than its body.
 */
import { Context } from "effect"

/**
 * A verified call.
 *
 * **Details**
 *
 * `id` is the `webhook-id`, the same in every attempt of one call, but not when a device repeats its message; `timestamp` is when this attempt was signed, in Unix seconds. Both are absent when
 * the server does not sign its calls. Header names are in lower case; `path` has the prefix of the app if there is one.
 *
 * @category models
 * @since 0.1.0
 */
export interface WebhookCall {
  readonly id?: string
  readonly timestamp?: number
  readonly headers: { readonly [name: string]: string | undefined }
  readonly path: string
}

/**
 * The call that a function answers. Outside of a call it has no headers and an empty `path`.
 *
 * **Example** (A header of your own proxy)
 *
 * ```ts
 * import { CurrentCall, type HandleEvent } from "@espalier/handler"
 * import { Effect } from "effect"
 *
 * export const checkOut: HandleEvent<"CheckOut"> = (_, scope) =>
 *   Effect.flatMap(CurrentCall, ({ headers }) => Effect.log(`${scope.udid} unenrolled`, headers["x-region"]))
 * ```
 *
 * @category references
 * @since 0.1.0
 */
export const CurrentCall = Context.Reference<WebhookCall>("@espalier/handler/CurrentCall", {
  defaultValue: () => ({ headers: {}, path: "" }),
})
