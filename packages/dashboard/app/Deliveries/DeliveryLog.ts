/**
 * The part of a list of deliveries that is known so far: newest first, without a gap, and the cursor of what comes after it.
 */
import type { Delivery, DeliveryPage } from "@espalier/notifications/api"

export type DeliveryLog = DeliveryPage

/** The next page, which begins where the log ends. */
export const extended = (log: DeliveryLog, page: DeliveryPage): DeliveryLog => ({
  ...page,
  deliveries: [...log.deliveries, ...below(log.deliveries.at(-1), page.deliveries)],
})

/**
 * What a part of the list is now: it takes the place of what the log has there. `undefined` when it is newer than all of the log, so that
 * nobody knows what lies in between.
 */
export const refreshed = (log: DeliveryLog, part: DeliveryPage): DeliveryLog | undefined => {
  const first = part.deliveries.at(0)
  const last = part.deliveries.at(-1)
  const newest = log.deliveries.at(0)
  if (part.next === undefined) return { deliveries: [...above(first, log.deliveries), ...part.deliveries] }
  if (last === undefined || newest === undefined || last.id > newest.id) return undefined
  const rest = below(last, log.deliveries)
  return {
    // A part that reaches beyond the log's end knows better what comes next.
    ...(rest.length === 0 ? part : log),
    deliveries: [...above(first, log.deliveries), ...part.deliveries, ...rest],
  }
}

const above = (mark: Delivery | undefined, deliveries: ReadonlyArray<Delivery>) =>
  mark === undefined ? [] : deliveries.filter(({ id }) => id > mark.id)

const below = (mark: Delivery | undefined, deliveries: ReadonlyArray<Delivery>) =>
  mark === undefined ? deliveries : deliveries.filter(({ id }) => id < mark.id)
