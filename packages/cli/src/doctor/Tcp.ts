/**
 * Does somebody listen there? Opens a TCP connection, and closes it without a word.
 */
import { connect } from "node:net"
import { ErrorCode } from "@espalier/http"
import { Effect } from "effect"

const patience = 3_000

/**
 * Fails with what is wrong, as the end of a sentence that began with the host's name.
 *
 * @category checks
 * @since 0.1.0
 */
export const reach = (url: URL): Effect.Effect<void, string> =>
  Effect.callback<void, string>((resume) => {
    const port = Number(url.port || (url.protocol === "https:" ? 443 : 80))
    const socket = connect({ host: url.hostname.replace(/^\[|\]$/g, ""), port })
    // Not the socket's own time-out: that one begins only when the name is resolved.
    const timer = setTimeout(() => end(Effect.fail(`does not answer within ${patience / 1000} seconds`)), patience)
    const end = (outcome: Effect.Effect<void, string>) => {
      clearTimeout(timer)
      socket.destroy()
      resume(outcome)
    }
    socket.once("connect", () => end(Effect.void))
    socket.once("error", (error) =>
      end(Effect.fail(words[ErrorCode.of(error)] ?? `cannot be reached (${ErrorCode.of(error)})`)),
    )
    return Effect.sync(() => {
      clearTimeout(timer)
      socket.destroy()
    })
  })

const words: Record<string, string> = {
  ENOTFOUND: "is a name that cannot be resolved",
  EAI_AGAIN: "is a name that cannot be resolved just now",
  ECONNREFUSED: "refuses connections: nobody listens there",
  ENETUNREACH: "is in a network that cannot be reached from here",
  EHOSTUNREACH: "is a host that cannot be reached from here",
}
