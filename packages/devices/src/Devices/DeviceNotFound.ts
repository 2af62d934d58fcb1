/**
 * The API's answer about a device or user that the workspace does not manage.
 */
import { HttpApiError } from "effect/http-api"

/**
 * 404: the workspace does not manage such a device or user.
 *
 * @category errors
 * @since 0.1.0
 */
export class DeviceNotFound extends HttpApiError.Problem<DeviceNotFound>()("DeviceNotFound", {
  type: "urn:espalier:problem:device-not-found",
  status: 404,
  title: "Device or user not found",
}) {}
