/**
 * What publishing an event gives, and why one is not published.
 */
import { Schema } from "effect"
import { HttpApiError } from "effect/http-api"

/**
 * What was published: `id` is the `webhook-id` of all its deliveries, `deliveries` how many those are. `repeated` when the idempotency key
 * was known, so that nothing was done.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Published = Schema.Struct({
  id: Schema.String,
  deliveries: Schema.Int,
  repeated: Schema.Boolean,
}).annotate({
  identifier: "Published",
  description: "What was published: its webhook-id, and to how many integrations",
})
/**
 * @category models
 * @since 0.1.0
 */
export type Published = typeof Published.Type

/**
 * 422: why an event is not published.
 *
 * - `Invalid`: a member does not keep to its schema. `TooLarge`: more than 256 KiB as JSON.
 * - `BadKey`: the idempotency key is empty or longer than 255 characters.
 * - `KeyReused`: the idempotency key was given with another event.
 *
 * @category errors
 * @since 0.1.0
 */
export class PublishRefused extends HttpApiError.Problem<PublishRefused>()(
  "PublishRefused",
  { type: "urn:espalier:problem:publish-refused", status: 422, title: "The event cannot be published" },
  { reason: Schema.Literals(["Invalid", "TooLarge", "BadKey", "KeyReused"]) },
) {
  static for(reason: PublishRefused["reason"]): PublishRefused {
    return new PublishRefused({ reason, detail: sentences[reason] })
  }
}

const sentences: Record<PublishRefused["reason"], string> = {
  Invalid: "The event does not keep to its schema",
  TooLarge: "An event has at most 256 KiB as JSON",
  BadKey: "An idempotency key has 1 to 255 characters",
  KeyReused: "This idempotency key was given with another event",
}
