/**
 * Exchanges grouped by connection: one poll of a device, with every command and declaration that it fetches, is one group.
 */
import type { Exchange } from "@espalier/schema"
import { type ExchangeSummary, summariesOf } from "./ExchangeSummary.ts"

export interface ExchangeGroup {
  /** The first exchange's key. */
  readonly key: string
  readonly first: Exchange
  readonly summaries: ReadonlyArray<ExchangeSummary>
  /** The steps in a few words. */
  readonly steps: ReadonlyArray<string>
  readonly failed: boolean
  /** A poll without anything to do. */
  readonly idle: boolean
}

/** A device that is silent for this long, in milliseconds, starts a new connection. */
const longestPause = 30_000

/** Ids may repeat after a restart of the server. */
export const keyOf = ({ id, at }: Exchange): string => `${id}@${at}`

const channelOf = ({ udid, userId, userShortName }: Exchange): string | undefined =>
  udid === undefined ? undefined : JSON.stringify([udid, userId, userShortName])

const results = new Set(["Acknowledged", "Error", "CommandFormatError", "NotNow"])

/** A device reports results and fetches declarations within a connection. */
const continues = ({ message }: Exchange) => results.has(message) || message.startsWith("DeclarativeManagement ")

const isDeclarative = ({ exchange }: ExchangeSummary) => exchange.message.startsWith("DeclarativeManagement ")

/** `Idle`, `DeviceInformation`, `Acknowledged DeviceInformation`; several fetches of declarations are one step. */
const stepsOf = (summaries: ReadonlyArray<ExchangeSummary>): ReadonlyArray<string> => {
  const steps: Array<string> = []
  let fetches = 0
  const flush = () => {
    if (fetches > 0) steps.push(fetches === 1 ? "1 declaration request" : `${fetches} declaration requests`)
    fetches = 0
  }
  for (const summary of summaries) {
    if (isDeclarative(summary) && summaries.length > 1) {
      fetches += 1
      continue
    }
    flush()
    steps.push(summary.message)
    if (summary.exchange.status >= 400) steps.push(`HTTP ${summary.exchange.status}`)
    if (summary.command !== undefined) steps.push(summary.command)
  }
  flush()
  return steps
}

const groupOf = (first: ExchangeSummary, summaries: ReadonlyArray<ExchangeSummary>): ExchangeGroup => ({
  key: keyOf(first.exchange),
  first: first.exchange,
  summaries,
  steps: stepsOf(summaries),
  failed: summaries.some(({ failed }) => failed),
  idle: summaries.every(({ exchange, command }) => exchange.message === "Idle" && command === undefined),
})

/** The groups in the order of their first exchanges. */
export const groupsOf = (exchanges: ReadonlyArray<Exchange>): ReadonlyArray<ExchangeGroup> => {
  const groups: Array<Array<ExchangeSummary>> = []
  const open = new Map<string, Array<ExchangeSummary>>()
  for (const summary of summariesOf(exchanges)) {
    const { exchange } = summary
    const channel = channelOf(exchange)
    const group = channel === undefined ? undefined : open.get(channel)
    const last = group?.at(-1)?.exchange
    if (group !== undefined && last !== undefined && continues(exchange) && exchange.at - last.at < longestPause) {
      group.push(summary)
      continue
    }
    const started = [summary]
    groups.push(started)
    if (channel !== undefined) open.set(channel, started)
  }
  return groups.flatMap((summaries) => {
    const [first] = summaries
    return first === undefined ? [] : [groupOf(first, summaries)]
  })
}
