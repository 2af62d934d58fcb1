/**
 * The `DeclarativeManagement` command that a `DdmSync` manifest becomes.
 *
 * The server makes its `CommandUUID` and recognises it again without remembering anything: it says what it is, and which token it
 * carried. So any of several servers can keep the command's result to itself, and none sends it twice in a row.
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

/** All of it is looked at: a backend may name its own command alike, and the result of that is the backend's. */
const own = /^DeclarativeManagement\.[0-9a-f]{32}\.[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/**
 * Whether a report is about a command of this server's own.
 *
 * @category guards
 * @since 0.1.0
 */
export const isOwn = (commandUUID: string): boolean => own.test(commandUUID)

/**
 * Whether the device has just reported on the sync to that very token.
 *
 * @category guards
 * @since 0.1.0
 */
export const carried = (commandUUID: string, manifest: DdmSync): boolean =>
  commandUUID.startsWith(sameToken(manifest.serverToken))
