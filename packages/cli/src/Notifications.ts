/**
 * `espalier notifications`: webhook integrations and their deliveries as a separate service.
 */
import { Command } from "effect/cli"
import { key } from "./notifications/Key.ts"
import { serve } from "./notifications/Serve.ts"

/**
 * @category commands
 * @since 0.1.0
 */
export const notifications = Command.make("notifications").pipe(
  Command.withDescription("Run the notifications service and manage its API keys"),
  Command.withSubcommands([serve, key]),
)
