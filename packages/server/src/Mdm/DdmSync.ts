/**
 * The `DeclarativeManagement` command that a `DdmSync` manifest becomes.
 *
 * The server makes its `CommandUUID` and recognizes it later without storing anything: it contains what the command is, and a hash of its token. So
 * every one of several servers recognizes the report, and none sends the command twice in a row.
 */
import { createHash } from "node:crypto"
import { type Command, DeclarativeManagement } from "@espalier/apple"
import type { DdmSync } from "@espalier/schema"
import { DateTime, Effect } from "effect"

const sameToken = (serverToken: string): string =>
  `DeclarativeManagement.${createHash("sha256").update(serverToken).digest("hex").slice(0, 32)}.`

/**
 * The command for a manifest, new each time.
 *
 * @category constructors
 * @since 0.1.0
 */
export const command = (manifest: DdmSync): Effect.Effect<Command.Command> =>
  Effect.map(DateTime.nowAsDate, (now) =>
    DeclarativeManagement.command(
      `${sameToken(manifest.serverToken)}${crypto.randomUUID()}`,
      DeclarativeManagement.syncTokens(manifest.serverToken, now),
    ),
  )

/** The whole form is checked: a backend may use a similar UUID for a command of its own. */
const own = /^DeclarativeManagement\.[0-9a-f]{32}\.[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/**
 * Whether a `CommandUUID` is that of a command made here.
 *
 * @category guards
 * @since 0.1.0
 */
export const isDdmSync = (commandUUID: string): boolean => own.test(commandUUID)

/**
 * Identifies the command of a manifest: the same for every sync to the same token.
 *
 * @category accessors
 * @since 0.1.0
 */
export const keyOfManifest = ({ serverToken }: DdmSync): string => sameToken(serverToken)

/**
 * The key of a reported `CommandUUID`: that of its manifest for a sync, the UUID itself for every other command.
 *
 * @category accessors
 * @since 0.1.0
 */
export const keyOf = (commandUUID: string): string =>
  isDdmSync(commandUUID) ? commandUUID.slice(0, commandUUID.lastIndexOf(".") + 1) : commandUUID
