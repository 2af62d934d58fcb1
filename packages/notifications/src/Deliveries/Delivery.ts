/**
 * Deliveries (one event for one integration) and their attempts, in the library and over HTTP. Times are Unix milliseconds.
 */
import { PathSegment } from "@espalier/api-keys/api"
import { SubscriptionName } from "@espalier/schema"
import { Schema } from "effect"

const when = Schema.Int.annotate({ description: "Unix time in milliseconds" })

/**
 * - `pending`: an attempt is due or in progress. `delivered`: the receiver responded 2xx. `dead`: the last attempt failed.
 *
 * @category schemas
 * @since 0.1.0
 */
export const DeliveryState = Schema.Literals(["pending", "delivered", "dead"]).annotate({
  identifier: "DeliveryState",
  description:
    "pending: an attempt is due or in progress. delivered: the receiver responded 2xx. dead: the last attempt failed",
})
/**
 * @category models
 * @since 0.1.0
 */
export type DeliveryState = typeof DeliveryState.Type

/**
 * One event for one integration. `event` is the `webhook-id`, `name` the event's name in subscriptions. `dueAt` is the time of the next attempt while
 * the delivery is pending, and has no meaning otherwise. `lastStatus` and `lastError` are those of the last attempt.
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
  test: Schema.Boolean.annotate({ description: "A test event, which counts in no statistic" }),
  lastStatus: Schema.NullOr(Schema.Int).annotate({ description: "The HTTP status of the last attempt" }),
  lastError: Schema.NullOr(Schema.String).annotate({ description: "The error code of the last attempt" }),
}).annotate({ identifier: "Delivery", description: "One event for one integration" })
/**
 * @category models
 * @since 0.1.0
 */
export type Delivery = typeof Delivery.Type

/**
 * A delivery with its body, and the current URL of its integration.
 *
 * @category schemas
 * @since 0.1.0
 */
export const DeliveryDetail = Schema.Struct({
  ...Delivery.fields,
  url: Schema.String,
  body: Schema.String.annotate({ description: "The JSON body, byte for byte" }),
}).annotate({ identifier: "DeliveryDetail", description: "A delivery with its body and URL" })
/**
 * @category models
 * @since 0.1.0
 */
export type DeliveryDetail = typeof DeliveryDetail.Type

/**
 * The phases of an attempt, in milliseconds. The first three are `null` on a connection that was open already, all of them when the attempt did not
 * get that far.
 *
 * @category schemas
 * @since 0.1.0
 */
export const AttemptTiming = Schema.Struct({
  dns: Schema.NullOr(Schema.Int),
  connect: Schema.NullOr(Schema.Int),
  tls: Schema.NullOr(Schema.Int),
  firstByte: Schema.NullOr(Schema.Int),
}).annotate({ identifier: "AttemptTiming", description: "The phases of an attempt, in milliseconds" })
/**
 * @category models
 * @since 0.1.0
 */
export type AttemptTiming = typeof AttemptTiming.Type

/**
 * One attempt of a delivery. `duration` is in milliseconds. Either `status` or `error`, a code, is set; `message` is the error in words. `url` and
 * `requestHeaders` are what was sent. Attempts of earlier versions have neither them nor `remoteAddress`.
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
  message: Schema.NullOr(Schema.String).annotate({ description: "The error in words" }),
  url: Schema.NullOr(Schema.String),
  requestHeaders: Schema.NullOr(Schema.Record(Schema.String, Schema.String)),
  remoteAddress: Schema.NullOr(Schema.String),
  timing: AttemptTiming,
  bodyExcerpt: Schema.String.annotate({ description: "The first KiB of the response body" }),
}).annotate({ identifier: "Attempt", description: "One attempt of a delivery" })
/**
 * @category models
 * @since 0.1.0
 */
export type Attempt = typeof Attempt.Type

/** In a query a number is text. */
const wholeFromString = Schema.FiniteFromString.check(Schema.isInt())

/**
 * Which deliveries to list, and which page of them. `since` (inclusive) and `until` (exclusive) compare with `createdAt`. `cursor` is `next` of
 * the previous page, with the same filter. `limit` defaults to 50.
 *
 * @category schemas
 * @since 0.1.0
 */
export const DeliveryListing = Schema.Struct({
  state: Schema.optional(DeliveryState),
  integration: Schema.optional(PathSegment),
  name: Schema.optional(SubscriptionName),
  event: Schema.optional(PathSegment),
  since: Schema.optional(wholeFromString),
  until: Schema.optional(wholeFromString),
  cursor: Schema.optional(Schema.String),
  limit: Schema.optional(wholeFromString.check(Schema.isBetween({ minimum: 1, maximum: 200 }))),
})
/**
 * @category models
 * @since 0.1.0
 */
export type DeliveryListing = typeof DeliveryListing.Type

/**
 * What to count, in buckets of `step` milliseconds from `since` on; the last bucket ends at `until` (exclusive). At most a thousand buckets.
 *
 * @category schemas
 * @since 0.1.0
 */
export const StatisticsRange = Schema.Struct({
  since: wholeFromString,
  until: wholeFromString,
  step: wholeFromString.check(Schema.isGreaterThanOrEqualTo(1000)),
})
/**
 * @category models
 * @since 0.1.0
 */
export type StatisticsRange = typeof StatisticsRange.Type

/**
 * What to send again: deliveries of events published from `since` (inclusive) to `until` (exclusive), Unix milliseconds. `state` defaults to `failed`:
 * dead ones, and pending ones that have failed before. `integration` defaults to all integrations of the workspace.
 *
 * @category schemas
 * @since 0.1.0
 */
export const ReplayRange = Schema.Struct({
  since: Schema.Int,
  until: Schema.Int,
  state: Schema.optional(Schema.Literals(["failed", "dead", "delivered"])),
  integration: Schema.optional(PathSegment),
}).annotate({
  identifier: "ReplayRange",
  description: "Since (inclusive) and until (exclusive), Unix milliseconds",
})
/**
 * @category models
 * @since 0.1.0
 */
export type ReplayRange = typeof ReplayRange.Type

/**
 * What a replay would send again: so many deliveries to so many integrations.
 *
 * @category schemas
 * @since 0.1.0
 */
export const ReplayPreview = Schema.Struct({ deliveries: Schema.Int, integrations: Schema.Int }).annotate({
  identifier: "ReplayPreview",
  description: "What a replay would send again",
})
/**
 * @category models
 * @since 0.1.0
 */
export type ReplayPreview = typeof ReplayPreview.Type

/**
 * The number of deliveries that are sent again.
 *
 * @category schemas
 * @since 0.1.0
 */
export const ReplayResult = Schema.Struct({ deliveries: Schema.Int }).annotate({
  identifier: "ReplayResult",
  description: "The number of deliveries that are sent again",
})
/**
 * @category models
 * @since 0.1.0
 */
export type ReplayResult = typeof ReplayResult.Type

/**
 * A page of deliveries, newest first. `next` is the cursor of the following page; the last page has none.
 *
 * @category schemas
 * @since 0.1.0
 */
export const DeliveryPage = Schema.Struct({
  deliveries: Schema.Array(Delivery),
  next: Schema.optionalKey(Schema.String),
}).annotate({ identifier: "DeliveryPage", description: "Newest first; next is the cursor of the following page" })
/**
 * @category models
 * @since 0.1.0
 */
export type DeliveryPage = typeof DeliveryPage.Type

/**
 * The deliveries of the events that were published in one step from `at` on, counted by their present state.
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
 * The state of a workspace's deliveries. `pending` includes deliveries that wait for a disabled integration. `oldestDueAt` excludes them: it is
 * the time at which the longest overdue delivery was due, so a time far in the past means that workers are missing or too slow.
 * `failingIntegrations` counts enabled ones only.
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
}).annotate({ identifier: "DeliveryHealth", description: "The state of a workspace's deliveries" })
/**
 * @category models
 * @since 0.1.0
 */
export type DeliveryHealth = typeof DeliveryHealth.Type
