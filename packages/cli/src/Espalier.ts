/**
 * The whole command. Each subcommand is one file in this folder; `main.ts` runs the command.
 */
import { Command } from "effect/cli"
import { doctor } from "./Doctor.ts"
import { enrollmentToken } from "./EnrollmentToken.ts"
import { importDevices } from "./Import.ts"
import { notifications } from "./Notifications.ts"
import { push } from "./Push.ts"
import { secrets } from "./Secrets.ts"
import { serve } from "./Serve.ts"

/**
 * @category commands
 * @since 0.1.0
 */
export const espalier = Command.make("espalier").pipe(
  Command.withDescription("Apple device management from your own backend"),
  Command.withSubcommands([serve, enrollmentToken, importDevices, doctor, push, notifications, secrets]),
)
