/**
 * Why deliveries are not found, listed or sent again. Each error is also the problem that the HTTP API responds with (RFC 9457).
 */
import { Schema } from "effect"
import { HttpApiError } from "effect/http-api"

/**
 * 404: the workspace has no delivery with this id.
 *
 * @category errors
 * @since 0.1.0
 */
export class DeliveryNotFound extends HttpApiError.Problem<DeliveryNotFound>()(
  "DeliveryNotFound",
  { type: "urn:espalier:problem:delivery-not-found", status: 404, title: "Delivery not found" },
  { id: Schema.Int },
) {}

/**
 * 422: the cursor was not returned by a page.
 *
 * @category errors
 * @since 0.1.0
 */
export class InvalidCursor extends HttpApiError.Problem<InvalidCursor>()("InvalidCursor", {
  type: "urn:espalier:problem:invalid-cursor",
  status: 422,
  title: "Invalid cursor",
}) {}

/**
 * 422: the time range ends before it begins, or has more than a thousand steps.
 *
 * @category errors
 * @since 0.1.0
 */
export class InvalidTimeRange extends HttpApiError.Problem<InvalidTimeRange>()("InvalidTimeRange", {
  type: "urn:espalier:problem:invalid-time-range",
  status: 422,
  title: "Invalid time range",
}) {
  static of(): InvalidTimeRange {
    return new InvalidTimeRange({
      detail: "A time range must end after it begins, and must have at most a thousand steps",
    })
  }
}
