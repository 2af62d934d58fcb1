/**
 * Limits that keep one workspace from using up what all of them share.
 */
import { Context } from "effect"

/**
 * `maxIntegrations` for each workspace, `maxTestsPerMinute` for each integration.
 *
 * @category references
 * @since 0.1.0
 */
export const IntegrationLimits = Context.Reference<{
  readonly maxIntegrations: number
  readonly maxTestsPerMinute: number
}>("@espalier/notifications/IntegrationLimits", {
  defaultValue: () => ({ maxIntegrations: 20, maxTestsPerMinute: 10 }),
})
