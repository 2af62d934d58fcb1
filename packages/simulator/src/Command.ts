/**
 * The outcome of a command, and the entries of the table in `Commands.ts`, for extensions of that table.
 */

import type { CommandReport } from "@espalier/apple"
import type { Plist } from "@espalier/plist"
import type { Effect } from "effect"
import type * as DeviceContext from "./DeviceContext.ts"
import type { SimulatorError } from "./SimulatorError.ts"
import type { ChannelName } from "./State.ts"

/**
 * A received command.
 *
 * @category models
 * @since 0.1.0
 */
export interface Command {
  readonly context: DeviceContext.DeviceContext
  readonly channel: ChannelName
  /** The dictionary under `Command`, `RequestType` included. */
  readonly payload: Plist.Dictionary
}

/**
 * The outcome. `Done` reports `Acknowledged` with the keys of `result`, and runs `then` once the server accepted the report; if
 * that returns `stop`, the connection ends.
 *
 * @category models
 * @since 0.1.0
 */
export type Outcome =
  | {
      readonly _tag: "Done"
      readonly result: Plist.Dictionary
      readonly then: Effect.Effect<"continue" | "stop", SimulatorError> | undefined
    }
  | { readonly _tag: "Failed"; readonly chain: ReadonlyArray<CommandReport.ErrorChainItem> }
  | { readonly _tag: "Malformed"; readonly chain: ReadonlyArray<CommandReport.ErrorChainItem> }

/**
 * @category constructors
 * @since 0.1.0
 */
export const done = (
  result: Plist.Dictionary = {},
  then?: Effect.Effect<"continue" | "stop", SimulatorError>,
): Outcome => ({ _tag: "Done", result, then })

/**
 * One item of an error chain, in English.
 *
 * @category constructors
 * @since 0.1.0
 */
export const link = (domain: string, code: number, description: string): CommandReport.ErrorChainItem => ({
  ErrorCode: code,
  ErrorDomain: domain,
  LocalizedDescription: description,
  USEnglishDescription: description,
})

/**
 * @category constructors
 * @since 0.1.0
 */
export const failed = (...chain: ReadonlyArray<CommandReport.ErrorChainItem>): Outcome => ({ _tag: "Failed", chain })

/**
 * A command with an invalid key.
 *
 * @category constructors
 * @since 0.1.0
 */
export const malformed = (key: string): Outcome => ({
  _tag: "Malformed",
  chain: [link("MCMDMErrorDomain", 12023, `The command's “${key}” is missing or malformed.`)],
})

/**
 * An entry of the table.
 *
 * @category models
 * @since 0.1.0
 */
export interface Entry {
  /** Whether a user channel accepts the command; a device channel accepts every command. */
  readonly channels: "device" | "every"
  /** What a locked device answers. */
  readonly whenLocked: "answers" | "NotNow"
  readonly execute: (command: Command) => Effect.Effect<Outcome, SimulatorError>
}

/**
 * Entries by `RequestType`.
 *
 * @category models
 * @since 0.1.0
 */
export interface Table {
  readonly [requestType: string]: Entry
}
