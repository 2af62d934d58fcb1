/**
 * The body of a device's request, limited in size and in time (`RequestLimits` of `@espalier/http`). A slow body that keeps arriving is not cut.
 */
import { NodeHttpServerRequest } from "@effect/platform-node"
import { type Problem, RequestBody } from "@espalier/http"
import { Effect } from "effect"
import type { HttpServerRequest } from "effect/http"

/**
 * Reads the whole body.
 *
 * @category reading
 * @since 0.1.0
 */
export const read = (
  request: HttpServerRequest.HttpServerRequest,
): Effect.Effect<Uint8Array<ArrayBuffer>, Problem.Problem> =>
  Effect.suspend(() => {
    const { socket } = NodeHttpServerRequest.toIncomingMessage(request)
    return Effect.mapError(RequestBody.read(request, { bytesRead: () => socket.bytesRead }), RequestBody.problemOf)
  })
