/**
 * A response of the backend that matches its schema and still cannot be passed on to a device.
 */
import { BackendUnavailable } from "./BackendError.ts"

/**
 * Makes the error. The device receives 503 with `Retry-After`, as for any other unusable response.
 *
 * @category errors
 * @since 0.1.0
 */
export const make = (message: string): BackendUnavailable =>
  new BackendUnavailable({ reason: "InvalidResponse", message })
