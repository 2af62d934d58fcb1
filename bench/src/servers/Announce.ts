/**
 * A server of a bench, as a child process: listens on a free port of the loopback, tells its parent, says on demand how much processor time
 * it has used, and ends with its parent.
 */
import type { Server } from "node:http"

export const announce = (server: Server): void => {
  server.listen(0, "127.0.0.1", () => {
    const address = server.address()
    process.send?.({ port: typeof address === "object" ? address?.port : undefined })
  })
  process.on("message", () => {
    const { user, system } = process.cpuUsage()
    process.send?.({ cpuMicros: user + system })
  })
  process.on("disconnect", () => process.exit())
}
