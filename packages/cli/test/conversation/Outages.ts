/**
 * When the server dies. A point of the conversation is named `<step>: <moment> <what was said>`; at those in the list the server is ended by
 * SIGKILL and started anew, each once.
 *
 * Moments: `before` a request reaches the server; `calling`, before its webhook reaches the backend; `heard`, when the backend has taken that and
 * the server does not know it yet; `answered`, when the server has answered and the device does not know it yet. A step's name alone is the moment before it.
 */

/** @category models */
export interface Outages {
  /** Ends and starts the server, if this point is in the list and has not been. Whether it did. */
  readonly strike: (point: string) => Promise<boolean>
  /** Waits until the server is there again. */
  readonly up: () => Promise<void>
  /** The points so far, in order. */
  readonly struck: ReadonlyArray<string>
  /** The step that the conversation has come to. */
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
