/**
 * Checks whether a host accepts TCP connections: opens one and closes it.
 */
import { connect } from "node:net"
import { ErrorCode } from "@espalier/http"
import { Effect } from "effect"

/** In milliseconds. */
const connectTimeout = 3_000

/**
 * Fails with the reason, as the predicate of a sentence about the host: `refuses connections`.
 *
 * @category checks
 * @since 0.1.0
 */
export const reach = (url: URL): Effect.Effect<void, string> =>
  Effect.callback<void, string>((resume) => {
    const port = Number(url.port || (url.protocol === "https:" ? 443 : 80))
    const socket = connect({ host: url.hostname.replace(/^\[|\]$/g, ""), port })
    // The socket's own time-out would start only after the name lookup.
    const timer = setTimeout(
      () => end(Effect.fail(`does not accept a connection within ${connectTimeout / 1000} seconds`)),
      connectTimeout,
    )
    const end = (outcome: Effect.Effect<void, string>) => {
      clearTimeout(timer)
      socket.destroy()
      resume(outcome)
    }
    socket.once("connect", () => end(Effect.void))
    socket.once("error", (error) =>
      end(Effect.fail(explanations[ErrorCode.of(error)] ?? `cannot be reached (${ErrorCode.of(error)})`)),
    )
    return Effect.sync(() => {
      clearTimeout(timer)
      socket.destroy()
    })
  })

const explanations: Record<string, string> = {
  ENOTFOUND: "cannot be resolved",
  EAI_AGAIN: "cannot be resolved: the name server does not respond",
  ECONNREFUSED: "refuses connections",
  ENETUNREACH: "is in a network that is unreachable from this machine",
  EHOSTUNREACH: "is unreachable from this machine",
}
