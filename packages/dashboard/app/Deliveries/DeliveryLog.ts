/**
 * The loaded part of a list of deliveries: newest first, without gaps, with the cursor of the next page.
 */
import type { Delivery, DeliveryPage } from "@espalier/notifications/api"

export type DeliveryLog = DeliveryPage

/** The log with the next page. */
export const extended = (log: DeliveryLog, page: DeliveryPage): DeliveryLog => ({
  ...page,
  deliveries: [...log.deliveries, ...below(log.deliveries.at(-1), page.deliveries)],
})

/**
 * The log with the current state of a part of it. `undefined` if the part is newer than the whole log, because there may be a gap between
 * them.
 */
export const refreshed = (log: DeliveryLog, part: DeliveryPage): DeliveryLog | undefined => {
  const first = part.deliveries.at(0)
  const last = part.deliveries.at(-1)
  const newest = log.deliveries.at(0)
  if (part.next === undefined) return { deliveries: [...above(first, log.deliveries), ...part.deliveries] }
  if (last === undefined || newest === undefined || last.id > newest.id) return undefined
  const rest = below(last, log.deliveries)
  return {
    // A part that extends beyond the end of the log has the next cursor.
    ...(rest.length === 0 ? part : log),
    deliveries: [...above(first, log.deliveries), ...part.deliveries, ...rest],
  }
}

const above = (mark: Delivery | undefined, deliveries: ReadonlyArray<Delivery>) =>
  mark === undefined ? [] : deliveries.filter(({ id }) => id > mark.id)

const below = (mark: Delivery | undefined, deliveries: ReadonlyArray<Delivery>) =>
  mark === undefined ? deliveries : deliveries.filter(({ id }) => id < mark.id)
