/**
 * A delivery, one event for one integration, and its attempts: as the library gives them and as the HTTP API says them. Times are
 * Unix milliseconds.
 */
import { SubscriptionName } from "@espalier/schema"
import { Schema } from "effect"
import { HttpApiError } from "effect/http-api"

const when = Schema.Int.annotate({ description: "Unix time in milliseconds" })

/**
 * - `pending`: to be tried, or being tried. `delivered`: a try was answered 2xx. `dead`: the last try failed.
 *
 * @category schemas
 * @since 0.1.0
 */
export const DeliveryState = Schema.Literals(["pending", "delivered", "dead"]).annotate({
  identifier: "DeliveryState",
  description: "pending: to be tried, or being tried. delivered: answered 2xx. dead: the last try failed",
})
/**
 * @category models
 * @since 0.1.0
 */
export type DeliveryState = typeof DeliveryState.Type

/**
 * One event for one integration. `event` is the `webhook-id`, `name` what the integration subscribed to. `dueAt` means something while it is
 * pending only: when it is tried next.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Delivery = Schema.Struct({
  id: Schema.Int,
  event: Schema.String,
  name: SubscriptionName,
  integration: Schema.String,
  state: DeliveryState,
  attempts: Schema.Int,
  createdAt: when,
  dueAt: when,
  updatedAt: when,
}).annotate({ identifier: "Delivery", description: "One event for one integration" })
/**
 * @category models
 * @since 0.1.0
 */
export type Delivery = typeof Delivery.Type

/**
 * A delivery with what is posted, and where to as of now.
 *
 * @category schemas
 * @since 0.1.0
 */
export const DeliveryDetail = Schema.Struct({
  ...Delivery.fields,
  url: Schema.String,
  body: Schema.String.annotate({ description: "The JSON that is posted, byte for byte" }),
}).annotate({ identifier: "DeliveryDetail", description: "A delivery with what is posted, and where to" })
/**
 * @category models
 * @since 0.1.0
 */
export type DeliveryDetail = typeof DeliveryDetail.Type

/**
 * One try. `duration` in milliseconds; either `status` or `error` (a code) is there; `answer` is the first KiB.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Attempt = Schema.Struct({
  number: Schema.Int,
  at: when,
  duration: Schema.Int.annotate({ description: "Milliseconds" }),
  status: Schema.NullOr(Schema.Int),
  error: Schema.NullOr(Schema.String),
  answer: Schema.String.annotate({ description: "The first KiB of the answer" }),
}).annotate({ identifier: "Attempt", description: "One try of a delivery" })
/**
 * @category models
 * @since 0.1.0
 */
export type Attempt = typeof Attempt.Type

/**
 * What deliveries to list. `since` (inclusive) and `until` (exclusive) are about `createdAt`.
 *
 * @category schemas
 * @since 0.1.0
 */
export const DeliveryFilter = Schema.Struct({
  state: Schema.optional(DeliveryState),
  integration: Schema.optional(Schema.String),
  name: Schema.optional(SubscriptionName),
  event: Schema.optional(Schema.String),
  since: Schema.optional(when),
  until: Schema.optional(when),
}).annotate({ identifier: "DeliveryFilter" })
/**
 * @category models
 * @since 0.1.0
 */
export type DeliveryFilter = typeof DeliveryFilter.Type

/**
 * A page of deliveries, newest first. `next` is the cursor of the page after it, and not there on the last one.
 *
 * @category schemas
 * @since 0.1.0
 */
export const DeliveryPage = Schema.Struct({
  deliveries: Schema.Array(Delivery),
  next: Schema.optionalKey(Schema.String),
}).annotate({ identifier: "DeliveryPage", description: "Newest first; next is the cursor of the page after it" })
/**
 * @category models
 * @since 0.1.0
 */
export type DeliveryPage = typeof DeliveryPage.Type

/**
 * How many deliveries of the events published from `at` on, for one step, are in which state now.
 *
 * @category schemas
 * @since 0.1.0
 */
export const DeliveryCount = Schema.Struct({
  at: when,
  delivered: Schema.Int,
  dead: Schema.Int,
  pending: Schema.Int,
}).annotate({ identifier: "DeliveryCount", description: "Deliveries by state, of the events published in one step" })
/**
 * @category models
 * @since 0.1.0
 */
export type DeliveryCount = typeof DeliveryCount.Type

/**
 * How a workspace's deliveries fare. `pending` counts those too that wait for a disabled integration; `oldestDueAt` leaves them out: it is when
 * the longest overdue one was due, so what lies far back tells of a worker that does not keep up, or of none. `failingIntegrations` are
 * enabled yet.
 *
 * @category schemas
 * @since 0.1.0
 */
export const DeliveryHealth = Schema.Struct({
  pending: Schema.Int,
  dead: Schema.Int,
  oldestDueAt: Schema.NullOr(when),
  disabledIntegrations: Schema.Int,
  failingIntegrations: Schema.Int,
}).annotate({ identifier: "DeliveryHealth", description: "How a workspace's deliveries fare" })
/**
 * @category models
 * @since 0.1.0
 */
export type DeliveryHealth = typeof DeliveryHealth.Type

/**
 * 404: this workspace has no such delivery.
 *
 * @category errors
 * @since 0.1.0
 */
export class DeliveryUnknown extends HttpApiError.Problem<DeliveryUnknown>()(
  "DeliveryUnknown",
  { type: "urn:espalier:problem:delivery-unknown", status: 404, title: "The workspace has no such delivery" },
  { id: Schema.Int },
) {}

/**
 * 409: the delivery is pending: it will be tried by itself.
 *
 * @category errors
 * @since 0.1.0
 */
export class DeliveryPending extends HttpApiError.Problem<DeliveryPending>()(
  "DeliveryPending",
  {
    type: "urn:espalier:problem:delivery-pending",
    status: 409,
    title: "The delivery is pending; it will be tried by itself",
  },
  { id: Schema.Int },
) {}

/**
 * 422: the cursor is none that a page gave.
 *
 * @category errors
 * @since 0.1.0
 */
export class CursorRefused extends HttpApiError.Problem<CursorRefused>()("CursorRefused", {
  type: "urn:espalier:problem:cursor-refused",
  status: 422,
  title: "The cursor is none that a page gave",
}) {}

/**
 * 422: a range of time that ends before it begins, or has more than a thousand steps.
 *
 * @category errors
 * @since 0.1.0
 */
export class RangeRefused extends HttpApiError.Problem<RangeRefused>()("RangeRefused", {
  type: "urn:espalier:problem:range-refused",
  status: 422,
  title: "A range of time ends after it begins, and has at most a thousand steps",
}) {}
