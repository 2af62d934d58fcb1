/**
 * The ids of events, which travel as `webhook-id`: `msg_`, the time in milliseconds as 11 hexadecimal digits, 96 random bits in base64url.
 *
 * They sort by time, so the newest rows of an index are next to each other. With random ids each insert changes another page, which a commit
 * then writes: a commit took four times as long.
 */
import { randomFillSync } from "node:crypto"

const size = 12
/** Filled in bulk: a call costs more than its bytes. */
const pool = Buffer.alloc(size * 128)
let used = pool.length

/**
 * Makes an id. `now` is in Unix milliseconds.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (now: number): string => {
  if (used === pool.length) {
    randomFillSync(pool)
    used = 0
  }
  used += size
  return `msg_${now.toString(16).padStart(11, "0")}${pool.toString("base64url", used - size, used)}`
}
