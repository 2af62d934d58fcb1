/**
 * When the server is killed. A point of the test is named `<step>: <moment> <message>`; at each point in the list the server is killed once with
 * SIGKILL and restarted.
 *
 * Moments: `before` a request reaches the server; `calling`, before its webhook reaches the backend; `received`, when the backend has processed the call and
 * the server has not received the response; `answered`, when the server has responded and the device has not received it. A step's name alone is the moment before it.
 */

export interface Outages {
  /** Kills and restarts the server if this point is in the list and was not used yet. Returns whether it did. */
  readonly strike: (point: string) => Promise<boolean>
  /** Waits until the server is running again. */
  readonly up: () => Promise<void>
  /** The points used so far, in order. */
  readonly struck: ReadonlyArray<string>
  /** The current step. */
  step: string
}

export const make = (points: ReadonlyArray<string>, restart: () => Promise<void>): Outages => {
  const struck: Array<string> = []
  const left = new Set(points)
  let under: Promise<void> = Promise.resolve()
  return {
    step: "",
    struck,
    up: () => under,
    strike: async (point) => {
      if (!left.delete(point)) return false
      struck.push(point)
      under = restart()
      await under
      return true
    },
  }
}
