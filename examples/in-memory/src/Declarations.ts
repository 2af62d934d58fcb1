/**
 * The declarations: which there are, for whom, and how far each channel has come with them.
 *
 * A declaration is for all devices, for one device or for one user; of two with one identifier the nearer wins. A channel has
 * synchronised once it listed its items; when what is declared for it has changed since, its next check-in tells it so.
 * Declarations outlive an enrollment, what a channel has of them does not.
 */
import {
  DeclarationUnknown,
  type Declared,
  type Declaration as OneDeclaration,
  type Progress,
  type Target,
} from "@espalier/dashboard/devices-api"
import {
  combinedDeclarationsToken,
  type DeclarationItems,
  type DeclarationTokens,
  type DeclarationType,
  type StatusReport,
} from "@espalier/schema"
import { Context, Effect, Layer } from "effect"
import * as Channel from "./Channel.ts"
import * as Declaration from "./Declaration.ts"
import * as StatusReports from "./StatusReports.ts"

/**
 * What is declared, and who has it.
 *
 * @category services
 */
export class Declarations extends Context.Service<
  Declarations,
  {
    readonly put: (target: Target, declaration: OneDeclaration) => Effect.Effect<Declared>
    readonly remove: (target: Target, identifier: string) => Effect.Effect<void, DeclarationUnknown>
    readonly list: Effect.Effect<ReadonlyArray<Declared>>
    /** What is declared for a device, for one of its users, or for every device. */
    readonly forDevice: (udid: string) => Effect.Effect<ReadonlyArray<Declared>>
    readonly tokens: (channel: Channel.Channel) => Effect.Effect<DeclarationTokens>
    /** Lists what is declared for a channel, which has synchronised by that. */
    readonly items: (channel: Channel.Channel) => Effect.Effect<DeclarationItems>
    readonly get: (
      channel: Channel.Channel,
      type: DeclarationType,
      identifier: string,
    ) => Effect.Effect<OneDeclaration | null>
    /**
     * The token to synchronise to, when a connection begins and the channel has not. Not twice running: a device acknowledges a sync
     * first and fetches afterwards, and that acknowledgement, of which a backend only sees the next check-in, must not be
     * answered with the same sync. If the device never got the first one, it gets it one check-in later.
     */
    readonly offer: (channel: Channel.Channel) => Effect.Effect<string | undefined>
    readonly report: (channel: Channel.Channel, report: StatusReport) => Effect.Effect<void>
    readonly progress: (channel: Channel.Channel) => Effect.Effect<Progress>
    /** Forgets what a channel has; of a device, what its users have too. */
    readonly reset: (channel: Channel.Channel) => Effect.Effect<void>
  }
>()("@espalier/example-in-memory/Declarations") {
  static readonly layer = Layer.sync(Declarations, () => {
    const declared = new Map<string, Declared>()
    const states = new Map<string, State>()

    const effective = (channel: Channel.Channel): ReadonlyArray<OneDeclaration> => {
      const general = channel.userId === undefined ? within({}) : []
      const own = within(channel)
      return [...new Map([...general, ...own].map((declaration) => [declaration.Identifier, declaration])).values()]
    }
    const within = (target: Target) =>
      [...declared.values()].filter((one) => isSame(one.target, target)).map(({ declaration }) => declaration)

    const tokenFor = (channel: Channel.Channel) =>
      combinedDeclarationsToken(Declaration.tokensOf(Declaration.itemsOf(effective(channel))))
    const stateOf = (channel: Channel.Channel): State =>
      states.get(Channel.keyOf(channel)) ?? { channel, synchronised: nothing, offered: undefined, report: undefined }
    const update = (channel: Channel.Channel, change: Partial<State>) => {
      states.set(Channel.keyOf(channel), { ...stateOf(channel), ...change })
    }

    return Declarations.of({
      put: (target, declaration) =>
        Effect.sync(() => {
          const one = { target, declaration }
          declared.set(placeOf(target, declaration.Identifier), one)
          return one
        }),
      remove: (target, identifier) =>
        Effect.suspend(() =>
          declared.delete(placeOf(target, identifier)) ? Effect.void : Effect.fail(new DeclarationUnknown({})),
        ),
      list: Effect.sync(() => [...declared.values()]),
      forDevice: (udid) =>
        Effect.sync(() =>
          [...declared.values()].filter(({ target }) => target.udid === undefined || target.udid === udid),
        ),

      tokens: (channel) => Effect.sync(() => Declaration.tokensOf(Declaration.itemsOf(effective(channel)))),
      items: (channel) =>
        Effect.sync(() => {
          update(channel, { synchronised: tokenFor(channel) })
          return Declaration.itemsOf(effective(channel))
        }),
      get: (channel, type, identifier) =>
        Effect.sync(
          () =>
            effective(channel).find((one) => one.Identifier === identifier && Declaration.isOfKind(one, type)) ?? null,
        ),

      offer: (channel) =>
        Effect.sync(() => {
          const token = tokenFor(channel)
          const { offered, synchronised } = stateOf(channel)
          const isDue = token !== synchronised && token !== offered
          update(channel, { offered: isDue ? token : undefined })
          return isDue ? token : undefined
        }),
      report: (channel, report) =>
        Effect.sync(() => update(channel, { report: StatusReports.merge(stateOf(channel).report, report) })),
      progress: (channel) =>
        Effect.sync(() => {
          const token = tokenFor(channel)
          const { report, synchronised } = stateOf(channel)
          return { token, synchronised: token === synchronised, ...(report === undefined ? {} : { report }) }
        }),
      reset: (channel) =>
        Effect.sync(() => {
          for (const [key, state] of states) {
            if (Channel.isOf(state.channel, channel)) states.delete(key)
          }
        }),
    })
  })
}

interface State {
  readonly channel: Channel.Channel
  /** The token at which the channel listed its items. */
  readonly synchronised: string
  /** The token that the last check-in was answered with. */
  readonly offered: string | undefined
  readonly report: StatusReport | undefined
}

/** A channel that never synchronised has what is declared when nothing is. */
const nothing = combinedDeclarationsToken(Declaration.tokensOf(Declaration.itemsOf([])))

const isSame = (a: Target, b: Target) => a.udid === b.udid && Channel.userKey(a) === Channel.userKey(b)

const placeOf = (target: Target, identifier: string) =>
  JSON.stringify([target.udid, Channel.userKey(target), identifier])
