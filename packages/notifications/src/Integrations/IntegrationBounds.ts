/**
 * The operator's bounds for the settings of integrations.
 */
import { Context } from "effect"

/**
 * Durations are in milliseconds. `IntegrationBoundsOptions` says what each is.
 *
 * @category models
 * @since 0.1.0
 */
export interface Bounds {
  /** How long an attempt may take, at most. Defaults to 30 seconds. */
  readonly maxTimeout: number
  /** The retries of a delivery, at most. Defaults to 20. */
  readonly maxRetries: number
  /** The longest delay before a retry. Defaults to 24 hours. */
  readonly maxRetryDelay: number
  /** The attempts in a second, at most. Defaults to 1000. */
  readonly maxRate: number
}

/**
 * The bounds. `Notifications.layer` sets them.
 *
 * @category references
 * @since 0.1.0
 */
export const IntegrationBounds = Context.Reference<Bounds>("@espalier/notifications/IntegrationBounds", {
  defaultValue: () => ({ maxTimeout: 30_000, maxRetries: 20, maxRetryDelay: 24 * 60 * 60 * 1000, maxRate: 1000 }),
})
