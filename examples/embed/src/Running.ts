/**
 * Starting and stopping, the same for every program here.
 */
import { once } from "node:events"
import type { Server } from "node:http"

/** A running program. `stop` waits for the requests in progress, then closes the program's resources. */
export interface Running {
  readonly url: string
  readonly stop: () => Promise<void>
}

/** Starts a program on a port; 0 means any free one. */
export type Start = (port: number) => Promise<Running>

/** Starts `server`. Stopping it calls `dispose`. */
export const listen = async (server: Server, port: number, dispose: () => Promise<void>): Promise<Running> => {
  server.listen(port)
  await once(server, "listening")
  const address = server.address()
  return {
    url: `http://localhost:${typeof address === "object" ? address?.port : port}`,
    stop: async () => {
      const closed = once(server, "close")
      server.close()
      await closed
      await dispose()
    },
  }
}

/** Runs `start` on `PORT` (default 3000) until SIGINT or SIGTERM, when `file` is Node's main program. */
export const runMain = async (file: string, start: Start): Promise<void> => {
  if (process.argv[1] !== file) return
  const { url, stop } = await start(Number(process.env["PORT"] ?? 3000))
  for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, stop)
  process.stdout.write(`Listening on ${url}\n`)
}
