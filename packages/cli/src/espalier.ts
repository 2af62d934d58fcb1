/**
 * The whole command: every subcommand is one file beside this one. It runs in `main.ts`.
 */
import { Command } from "effect/cli"
import { doctor } from "./doctor.ts"
import { enrollmentToken } from "./enrollmentToken.ts"
import { notifications } from "./notifications.ts"
import { push } from "./push.ts"
import { serve } from "./serve.ts"

/** @category commands */
export const espalier = Command.make("espalier").pipe(
  Command.withDescription("Apple device management from your own backend"),
  Command.withSubcommands([serve, enrollmentToken, doctor, push, notifications]),
)
