/**
 * The load, as a child process: a few kept-alive connections, each sending the same request again as soon as it has its answer.
 *
 * Small on purpose. A generator that takes more time a request than the server measures itself; this one writes prepared bytes and, once
 * it has read one answer in full, knows the length of the others. Latencies are in microseconds, one slot each.
 */
import { connect } from "node:net"

/** What the parent sends. */
export interface Task {
  readonly port: number
  /** The whole request as it goes over the wire. */
  readonly bytes: string
  readonly connections: number
  readonly milliseconds: number
  readonly maxRequests: number
}

/** What the parent gets. Latencies in microseconds. */
export interface Measured {
  readonly requests: number
  readonly seconds: number
  readonly p50: number
  readonly p99: number
}

const slots = 1_000_000
const head = "HTTP/1.1 200 "

/** The length of an answer as it stands at the beginning of `text`, `undefined` while it is not whole. */
const wholeLength = (text: string): number | undefined => {
  const end = text.indexOf("\r\n\r\n")
  if (end < 0) return undefined
  if (!text.startsWith(head)) throw new Error(`Answered ${text.slice(0, 40)}`)
  const length = /\r\ncontent-length: (\d+)/i.exec(text.slice(0, end))?.[1]
  if (length === undefined) throw new Error("Answered without a content-length")
  const whole = end + 4 + Number(length)
  return text.length < whole ? undefined : whole
}

const percentile = (counts: Uint32Array, total: number, share: number): number => {
  let seen = 0
  return counts.findIndex((count) => {
    seen += count
    return seen >= total * share
  })
}

const measure = (task: Task): Promise<Measured> =>
  new Promise((resolve, reject) => {
    const bytes = Buffer.from(task.bytes, "latin1")
    const counts = new Uint32Array(slots)
    const startedAt = performance.now()
    const endsAt = startedAt + task.milliseconds
    let requests = 0
    let usual = -1
    let open = task.connections

    for (let index = 0; index < task.connections; index++) {
      const socket = connect(task.port, "127.0.0.1")
      let sentAt = 0
      let pending = ""
      const send = () => {
        sentAt = performance.now()
        socket.write(bytes)
      }
      socket.setNoDelay(true)
      socket.on("connect", send)
      socket.on("error", reject)
      socket.on("data", (chunk) => {
        // 0x32: the first digit of a status of success.
        if (pending !== "" || chunk.length !== usual || chunk[9] !== 0x32) {
          pending += chunk.toString("latin1")
          const length = wholeLength(pending)
          if (length === undefined) return
          if (pending.length > length) throw new Error("Answered more than was asked")
          usual = length
          pending = ""
        }
        const now = performance.now()
        const slot = Math.min(slots - 1, Math.round((now - sentAt) * 1000))
        counts[slot] = (counts[slot] ?? 0) + 1
        requests++
        if (now < endsAt && requests < task.maxRequests) {
          send()
          return
        }
        socket.destroy()
        if (--open > 0) return
        const seconds = (now - startedAt) / 1000
        resolve({ requests, seconds, p50: percentile(counts, requests, 0.5), p99: percentile(counts, requests, 0.99) })
      })
      socket.on("end", () => reject(new Error("The server hung up")))
    }
  })

process.on("disconnect", () => process.exit())
process.on("message", (task: Task) => {
  measure(task).then(
    (measured) => process.send?.(measured),
    (error: unknown) => {
      process.stderr.write(`${error}\n`)
      process.exit(1)
    },
  )
})
