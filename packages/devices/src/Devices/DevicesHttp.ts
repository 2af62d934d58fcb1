/**
 * The handlers of the device API.
 *
 * **Gotchas**
 *
 * The services' devices have push targets, which are secrets: the API's schemas have no such members, so encoding drops them.
 */
import { Effect } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import { DevicesApi } from "../Api/DevicesApi.ts"
import { orNotFound, orUnavailable } from "../Api/Problems.ts"
import { CommandQueue } from "../Commands/CommandQueue.ts"
import { Declarations } from "../Declarations/Declarations.ts"
import * as Channel from "./Channel.ts"
import { Devices } from "./Devices.ts"

/**
 * @category layers
 * @since 0.1.0
 */
export const layer = HttpApiBuilder.group(
  DevicesApi,
  "devices",
  Effect.fnUntraced(function* (handlers) {
    const commands = yield* CommandQueue
    const declarations = yield* Declarations
    const devices = yield* Devices

    const detailOf = Effect.fnUntraced(function* (channel: Channel.Channel) {
      return { commands: yield* commands.list(channel), sync: yield* declarations.syncStatus(channel) }
    })

    return handlers.handleAll({
      list: ({ query }) => orUnavailable(devices.search(query)),
      get: ({ params: { udid } }) =>
        Effect.gen(function* () {
          const device = yield* devices.get(udid)
          const users = yield* Effect.forEach(device.users, (user) =>
            Effect.map(detailOf(Channel.forUser(udid, user)), (detail) => ({ ...user, ...detail })),
          )
          return {
            ...device,
            ...(yield* detailOf({ udid })),
            declarations: yield* declarations.forDevice(udid),
            users,
          }
        }).pipe(orNotFound, orUnavailable),
    })
  }),
)
