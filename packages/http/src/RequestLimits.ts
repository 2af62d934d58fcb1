/**
 * How much a caller may send, and how long it may take.
 */
import { type ByteSize, Context, type Duration } from "effect"

/**
 * @category models
 * @since 0.1.0
 */
export interface Limits {
  /** Of the body. */
  readonly maxBytes: ByteSize.Input
  /** Nested arrays and objects of a JSON body. */
  readonly maxDepth: number
  /** From the request's headers to the end of its body. Where progress is known, a body that arrives at `minBytesPerSecond` gets more time. */
  readonly timeout: Duration.Input
  /** The slowest rate of a body that takes longer than `timeout`. Without it `timeout` is the limit of every body. */
  readonly minBytesPerSecond?: number | undefined
}

/**
 * The limits in use: 10 MiB, 64 levels, and 30 seconds or 1 KiB a second, unless a layer provides others.
 *
 * @category references
 * @since 0.1.0
 */
export const RequestLimits = Context.Reference<Limits>("@espalier/http/RequestLimits", {
  defaultValue: () => ({ maxBytes: "10 MiB", maxDepth: 64, timeout: "30 seconds", minBytesPerSecond: 1024 }),
})
