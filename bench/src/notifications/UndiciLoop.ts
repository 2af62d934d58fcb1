/**
 * The peer, as a child process: `undici` alone posts the same bodies, over as many connections, and keeps nothing.
 *
 * `request` is how anybody would write it, `dispatch` the least that undici can do.
 */
import * as Undici from "@effect/platform-node/Undici"
import { event, path } from "./Job.ts"
import { origin } from "./Origin.ts"

/** What the parent sends. */
export interface Task {
  readonly posts: number
  readonly concurrency: number
  readonly api: "request" | "dispatch"
}

const agent = new Undici.Agent({ pipelining: 1, allowH2: false })
const headers = { "content-type": "application/json", "user-agent": "bench" }

const request = async (body: string): Promise<number> => {
  const answer = await agent.request({ origin, path: path(0), method: "POST", headers, body })
  await answer.body.dump()
  return answer.statusCode
}

const dispatch = (body: string): Promise<number> =>
  new Promise((resolve, reject) => {
    let status = 0
    agent.dispatch(
      { origin, path: path(0), method: "POST", headers, body },
      {
        onRequestStart: () => {},
        onResponseStart: (_controller, code) => {
          status = code
        },
        onResponseData: () => {},
        onResponseEnd: () => resolve(status),
        onResponseError: (_controller, error) => reject(error),
      },
    )
  })

const run = async ({ posts, concurrency, api }: Task) => {
  const post = { request, dispatch }[api]
  let next = 0
  const before = process.cpuUsage()
  const startedAt = performance.now()
  await Promise.all(
    Array.from({ length: concurrency }, async () => {
      while (next < posts) {
        const status = await post(JSON.stringify(event(next++)))
        if (status !== 204) throw new Error(`Answered ${status}`)
      }
    }),
  )
  const { user, system } = process.cpuUsage(before)
  return { deliveries: posts, seconds: (performance.now() - startedAt) / 1000, cpuMicros: user + system }
}

process.on("disconnect", () => process.exit())
process.on("message", (task: Task) => {
  run(task).then(
    (measured) => process.send?.(measured),
    (error: unknown) => {
      process.stderr.write(`${error}\n`)
      process.exit(1)
    },
  )
})
process.send?.({ ready: true })
