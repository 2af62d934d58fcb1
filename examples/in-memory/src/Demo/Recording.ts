/**
 * A Mac's side of a conversation, as property lists in `recording/`. A result names the command it answers by `{CommandUUID}`, because
 * the backend makes those up.
 */
import { readFile } from "node:fs/promises"
import { Effect } from "effect"

/**
 * One recorded message.
 *
 * @category models
 */
export type Message =
  | "Authenticate"
  | "TokenUpdate"
  | "Idle"
  | "DeviceInformation"
  | "NotNow"
  | "SecurityInfo"
  | "SyncAcknowledged"
  | "Tokens"
  | "DeclarationItems"
  | "Declaration"
  | "Status"
  | "UserTokenUpdate"
  | "UserIdle"
  | "CheckOut"

/**
 * The message's bytes, about that command.
 *
 * @category accessors
 */
export const read = (message: Message, commandUUID = ""): Effect.Effect<string> =>
  Effect.map(
    Effect.promise(() => readFile(new URL(`../../recording/${message}.plist`, import.meta.url), "utf8")),
    (text) => text.replace("{CommandUUID}", commandUUID),
  )
