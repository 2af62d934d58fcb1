/**
 * The receiver of the benches: bare `node:http` that reads each body to its end and answers 204.
 *
 * Requests to the path `silent` are never answered. It tells how many it received when it is asked for that.
 */
import { createServer, type Server } from "node:http"
import { countPath } from "./Job.ts"

export const receiver = (silent?: string): Server => {
  let count = 0
  const server = createServer((request, response) => {
    const { url = "" } = request
    if (url === countPath) {
      response.end(String(count))
      return
    }
    request.on("data", () => {})
    request.on("end", () => {
      if (url === silent) return
      count++
      response.writeHead(204).end()
    })
  })
  // The measured side decides how long connections live.
  server.keepAliveTimeout = 600_000
  return server
}
