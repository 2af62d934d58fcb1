/**
 * What a device makes of one command: the shapes that the table in `Commands.ts` is made of, and that whoever extends the
 * table writes.
 */

import type { CommandReport } from "@espalier/apple"
import type { Plist } from "@espalier/plist"
import type { Effect } from "effect"
import type * as DeviceContext from "./DeviceContext.ts"
import type { SimulatorError } from "./SimulatorError.ts"
import type { ChannelName } from "./State.ts"

/**
 * A command that has arrived.
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
 * How it went. `Done` reports `Acknowledged` with the keys of `result`, and does `then` once the report has been taken; when
 * that says `stop`, the connection ends there.
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
 * One link of an error chain, in English.
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
 * A command whose keys are not what they must be.
 *
 * @category constructors
 * @since 0.1.0
 */
export const malformed = (key: string): Outcome => ({
  _tag: "Malformed",
  chain: [link("MCMDMErrorDomain", 12023, `The command's “${key}” is missing or malformed.`)],
})

/**
 * A row of the table.
 *
 * @category models
 * @since 0.1.0
 */
export interface Entry {
  /** A user channel takes only some commands; a device channel takes them all. */
  readonly channels: "device" | "every"
  /** What a locked device says to it. */
  readonly whenLocked: "answers" | "NotNow"
  readonly answer: (command: Command) => Effect.Effect<Outcome, SimulatorError>
}

/**
 * Rows by `RequestType`.
 *
 * @category models
 * @since 0.1.0
 */
export interface Table {
  readonly [requestType: string]: Entry
}
