/**
 * The handlers of the command API.
 */
import { Effect } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import { DevicesApi } from "../Api/DevicesApi.ts"
import { orNotFound, orUnavailable } from "../Api/Problems.ts"
import * as Channel from "../Devices/Channel.ts"
import { Devices } from "../Devices/Devices.ts"
import { Wake } from "../Devices/Wake.ts"
import { CommandQueue } from "./CommandQueue.ts"

/**
 * @category layers
 * @since 0.1.0
 */
export const layer = HttpApiBuilder.group(
  DevicesApi,
  "commands",
  Effect.fnUntraced(function* (handlers) {
    const commands = yield* CommandQueue
    const devices = yield* Devices
    const { wake } = yield* Wake

    return handlers.handleAll({
      queue: ({ params: { udid }, payload: { payload = {}, requestType, ...user } }) =>
        Effect.gen(function* () {
          const channel = yield* devices.managed(Channel.forUser(udid, user))
          const queued = yield* commands.enqueue(channel, { requestType, payload })
          yield* wake(udid)
          return queued
        }).pipe(orNotFound, orUnavailable),
      get: ({ params }) => orUnavailable(commands.get(params.commandUUID)),
    })
  }),
)
