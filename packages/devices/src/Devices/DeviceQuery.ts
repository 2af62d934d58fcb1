/**
 * Searching and sorting devices, page by page.
 */
import { Schema } from "effect"
import { HttpApiError } from "effect/http-api"
import { Device } from "./Device.ts"

/**
 * - `search`: a part of name, model, serial number, UDID or a user's name, in any case.
 * - `sort` defaults to `name`, `order` to `asc`. Devices with equal values are in the order of their UDIDs.
 * - `cursor`: `next` of the page before, with the same search, sort and order.
 * - `limit`: 1 to 500; defaults to 50.
 *
 * @category schemas
 * @since 0.1.0
 */
export const DeviceQuery = Schema.Struct({
  search: Schema.optionalKey(Schema.String.check(Schema.isMaxLength(200))),
  sort: Schema.optionalKey(Schema.Literals(["name", "model", "osVersion", "serialNumber", "lastSeen", "status"])),
  order: Schema.optionalKey(Schema.Literals(["asc", "desc"])),
  cursor: Schema.optionalKey(Schema.NonEmptyString),
  limit: Schema.optionalKey(
    Schema.FiniteFromString.check(Schema.isInt(), Schema.isBetween({ minimum: 1, maximum: 500 })),
  ),
}).annotate({ identifier: "DeviceQuery" })
/**
 * @category models
 * @since 0.1.0
 */
export type DeviceQuery = typeof DeviceQuery.Type

/**
 * A page of devices. `total` counts every device that matches the search; `next` is missing on the last page.
 *
 * @category schemas
 * @since 0.1.0
 */
export const DevicePage = Schema.Struct({
  devices: Schema.Array(Device),
  total: Schema.Int,
  next: Schema.optionalKey(Schema.String),
}).annotate({ identifier: "DevicePage" })
/**
 * @category models
 * @since 0.1.0
 */
export type DevicePage = typeof DevicePage.Type

/**
 * 400: the cursor is not from a page of this list.
 *
 * @category errors
 * @since 0.1.0
 */
export class InvalidDeviceCursor extends HttpApiError.Problem<InvalidDeviceCursor>()("InvalidDeviceCursor", {
  type: "urn:espalier:problem:invalid-device-cursor",
  status: 400,
  title: "Invalid cursor",
}) {}
