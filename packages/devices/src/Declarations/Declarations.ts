/**
 * Declarations, their targets, and how far each channel is with them.
 *
 * **Details**
 *
 * A declaration is for every device, for one device or for one user; of two with one identifier the more specific applies. A channel is synchronized
 * once it has listed its items; when its declarations change afterwards, its next check-in returns a sync. Declarations stay when an enrollment ends,
 * a channel's state does not.
 */
import {
  combinedDeclarationsToken,
  type DeclarationItems,
  type DeclarationTokens,
  type DeclarationType,
  type StatusReport,
} from "@espalier/schema"
import { Context, Effect, Layer } from "effect"
import * as Channel from "../Devices/Channel.ts"
import type { StorageError } from "../StorageError.ts"
import type { Declaration, SyncStatus, Target, TargetedDeclaration } from "./Declaration.ts"
import { DeclarationNotFound } from "./DeclarationNotFound.ts"
import * as Tokens from "./DeclarationTokens.ts"
import * as StatusReports from "./StatusReports.ts"

/**
 * @category models
 * @since 0.1.0
 */
export interface DeclarationsService {
  /** Creates or replaces the target's declaration of this identifier. */
  readonly put: (target: Target, declaration: Declaration) => Effect.Effect<TargetedDeclaration, StorageError>
  readonly remove: (target: Target, identifier: string) => Effect.Effect<void, DeclarationNotFound | StorageError>
  readonly list: Effect.Effect<ReadonlyArray<TargetedDeclaration>, StorageError>
  /** The declarations for a device, for its users and for every device. */
  readonly forDevice: (udid: string) => Effect.Effect<ReadonlyArray<TargetedDeclaration>, StorageError>
  readonly tokens: (channel: Channel.Channel) => Effect.Effect<DeclarationTokens, StorageError>
  /** Lists a channel's declarations, which synchronizes the channel. */
  readonly items: (channel: Channel.Channel) => Effect.Effect<DeclarationItems, StorageError>
  /** `null` where the channel has no such declaration. */
  readonly get: (
    channel: Channel.Channel,
    type: DeclarationType,
    identifier: string,
  ) => Effect.Effect<Declaration | null, StorageError>
  /**
   * The token to synchronize to when a connection starts; `undefined` for a synchronized channel.
   *
   * Never the same token twice in a row: a device acknowledges a sync first and fetches afterwards, and a backend sees this acknowledgement only
   * as another check-in, which must not return the same sync. If the first one was lost, the channel gets it one check-in later.
   */
  readonly offer: (channel: Channel.Channel) => Effect.Effect<string | undefined, StorageError>
  /** Merges a status report into the channel's status. */
  readonly report: (channel: Channel.Channel, report: StatusReport) => Effect.Effect<void, StorageError>
  readonly syncStatus: (channel: Channel.Channel) => Effect.Effect<SyncStatus, StorageError>
  /** Deletes a channel's state; with a device's also that of its users. */
  readonly reset: (channel: Channel.Channel) => Effect.Effect<void, StorageError>
}

/**
 * The declarations of all channels.
 *
 * @category services
 * @since 0.1.0
 */
export class Declarations extends Context.Service<Declarations, DeclarationsService>()(
  "@espalier/devices/Declarations",
) {
  /** Keeps declarations in memory: they are gone when the process ends. */
  static readonly layerMemory: Layer.Layer<Declarations> = Layer.sync(Declarations, () => makeMemory())
}

const makeMemory = (): DeclarationsService => {
  const declared = new Map<string, TargetedDeclaration>()
  const states = new Map<string, State>()

  const effective = (channel: Channel.Channel): ReadonlyArray<Declaration> => {
    const general = channel.userId === undefined ? within({}) : []
    const own = within(channel)
    return [...new Map([...general, ...own].map((declaration) => [declaration.Identifier, declaration])).values()]
  }
  const within = (target: Target) =>
    [...declared.values()].filter((one) => isSame(one.target, target)).map(({ declaration }) => declaration)

  const tokenFor = (channel: Channel.Channel) =>
    combinedDeclarationsToken(Tokens.tokensOf(Tokens.itemsOf(effective(channel))))
  const stateOf = (channel: Channel.Channel): State =>
    states.get(Channel.key(channel)) ?? { channel, synchronized: nothing, offered: undefined, report: undefined }
  const update = (channel: Channel.Channel, change: Partial<State>) => {
    states.set(Channel.key(channel), { ...stateOf(channel), ...change })
  }

  return {
    put: (target, declaration) =>
      Effect.sync(() => {
        const one = { target, declaration }
        declared.set(placeOf(target, declaration.Identifier), one)
        return one
      }),
    remove: (target, identifier) =>
      Effect.suspend(() =>
        declared.delete(placeOf(target, identifier)) ? Effect.void : Effect.fail(new DeclarationNotFound({})),
      ),
    list: Effect.sync(() => [...declared.values()]),
    forDevice: (udid) =>
      Effect.sync(() =>
        [...declared.values()].filter(({ target }) => target.udid === undefined || target.udid === udid),
      ),

    tokens: (channel) => Effect.sync(() => Tokens.tokensOf(Tokens.itemsOf(effective(channel)))),
    items: (channel) =>
      Effect.sync(() => {
        update(channel, { synchronized: tokenFor(channel) })
        return Tokens.itemsOf(effective(channel))
      }),
    get: (channel, type, identifier) =>
      Effect.sync(
        () => effective(channel).find((one) => one.Identifier === identifier && Tokens.isOfKind(one, type)) ?? null,
      ),

    offer: (channel) =>
      Effect.sync(() => {
        const token = tokenFor(channel)
        const { offered, synchronized } = stateOf(channel)
        const isDue = token !== synchronized && token !== offered
        update(channel, { offered: isDue ? token : undefined })
        return isDue ? token : undefined
      }),
    report: (channel, report) =>
      Effect.sync(() => update(channel, { report: StatusReports.merge(stateOf(channel).report, report) })),
    syncStatus: (channel) =>
      Effect.sync(() => {
        const token = tokenFor(channel)
        const { report, synchronized } = stateOf(channel)
        return { token, synchronized: token === synchronized, ...(report === undefined ? {} : { report }) }
      }),
    reset: (channel) =>
      Effect.sync(() => {
        for (const [key, state] of states) {
          if (Channel.isWithin(state.channel, channel)) states.delete(key)
        }
      }),
  }
}

interface State {
  readonly channel: Channel.Channel
  /** The token at which the channel listed its items. */
  readonly synchronized: string
  /** The token that the last check-in returned. */
  readonly offered: string | undefined
  readonly report: StatusReport | undefined
}

/** The token of a channel without declarations: where every channel begins. */
const nothing = combinedDeclarationsToken(Tokens.tokensOf(Tokens.itemsOf([])))

const isSame = (a: Target, b: Target) => a.udid === b.udid && Channel.userKey(a) === Channel.userKey(b)

const placeOf = (target: Target, identifier: string) =>
  JSON.stringify([target.udid, Channel.userKey(target), identifier])
