/**
 * The failure that every service of this package may have: its storage did not answer.
 */
import { Schema } from "effect"

/**
 * Devices could not be read or stored. The operation may be repeated.
 *
 * **Details**
 *
 * The memory layers never fail with it; a layer over a database does. A webhook answers it with 500, so that the device sends its message again;
 * the Devices API answers 503.
 *
 * @category errors
 * @since 0.1.0
 */
export class StorageError extends Schema.TaggedError<StorageError>()("StorageError", { cause: Schema.Defect() }) {
  override get message(): string {
    return "Devices could not be read or stored"
  }
}
