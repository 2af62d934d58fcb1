/**
 * The status of a delivery as people think of it, with its reason: `Retrying · HTTP 500, next 11:27`.
 */
import type { Delivery } from "@espalier/notifications/api"
import type { Integration } from "@espalier/schema"
import { attemptErrorMessage } from "./AttemptErrorMessage.ts"

export interface DeliveryStatus {
  readonly label: "Delivered" | "Retrying" | "Waiting" | "Failed"
  /** Why, or what is next; empty where there is nothing to say. */
  readonly reason: string
}

type Known = Pick<Delivery, "state" | "attempts" | "dueAt" | "lastStatus" | "lastError">

/** The result of the last attempt: `HTTP 500`, or the error. */
const resultOf = ({ lastStatus, lastError }: Known): string => {
  if (lastError !== null) return attemptErrorMessage(lastError)
  return lastStatus === null ? "" : `HTTP ${lastStatus}`
}

const clock = new Intl.DateTimeFormat(undefined, { timeStyle: "short" })
const date = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" })

/** The time, with the date if it is another day. */
const timeOf = (at: number, now: number): string =>
  new Date(at).toDateString() === new Date(now).toDateString() ? clock.format(at) : date.format(at)

export const statusOf = (
  delivery: Known,
  integration: Pick<Integration, "enabled"> | undefined,
  now: number,
): DeliveryStatus => {
  const result = resultOf(delivery)
  switch (delivery.state) {
    case "delivered":
      return { label: "Delivered", reason: result }
    case "dead":
      return { label: "Failed", reason: result }
    case "pending": {
      const next =
        integration?.enabled === false
          ? "integration disabled"
          : delivery.dueAt <= now
            ? "next now"
            : `next ${timeOf(delivery.dueAt, now)}`
      return delivery.attempts === 0
        ? { label: "Waiting", reason: integration?.enabled === false ? "integration disabled" : "" }
        : { label: "Retrying", reason: result === "" ? next : `${result}, ${next}` }
    }
  }
}
