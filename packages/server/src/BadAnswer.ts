/**
 * An answer of the backend's that fits its schema and still cannot be passed on.
 */
import { BackendUnavailable } from "./Backend/index.ts"

/**
 * Counts as no usable answer, so the device is told to come back.
 *
 * @category errors
 * @since 0.1.0
 */
export const badAnswer = (message: string): BackendUnavailable =>
  new BackendUnavailable({ reason: "BadAnswer", message })
