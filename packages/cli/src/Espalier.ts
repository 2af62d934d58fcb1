/**
 * The whole command: every subcommand is one file beside this one. It runs in `main.ts`.
 */
import { Command } from "effect/cli"
import { doctor } from "./Doctor.ts"
import { enrollmentToken } from "./EnrollmentToken.ts"
import { notifications } from "./Notifications.ts"
import { push } from "./Push.ts"
import { serve } from "./Serve.ts"

/**
 * @category commands
 * @since 0.1.0
 */
export const espalier = Command.make("espalier").pipe(
  Command.withDescription("Apple device management from your own backend"),
  Command.withSubcommands([serve, enrollmentToken, doctor, push, notifications]),
)
