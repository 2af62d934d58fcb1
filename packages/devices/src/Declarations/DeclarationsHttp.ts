/**
 * The handlers of the declaration API.
 */
import { Effect } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import { DevicesApi } from "../Api/DevicesApi.ts"
import { orNotFound, orUnavailable } from "../Api/Problems.ts"
import { Devices } from "../Devices/Devices.ts"
import { Wake } from "../Devices/Wake.ts"
import { Declarations } from "./Declarations.ts"
import * as Tokens from "./DeclarationTokens.ts"

/**
 * @category layers
 * @since 0.1.0
 */
export const layer = HttpApiBuilder.group(
  DevicesApi,
  "declarations",
  Effect.fnUntraced(function* (handlers) {
    const declarations = yield* Declarations
    const devices = yield* Devices
    const { wake } = yield* Wake

    /** Wakes the device whose declarations have changed; without `udid` every device. */
    const wakeTarget = Effect.fnUntraced(function* (udid: string | undefined) {
      const changed = udid === undefined ? yield* devices.list : [{ udid }]
      yield* Effect.forEach(changed, (device) => wake(device.udid), { discard: true })
    })

    return handlers.handleAll({
      list: () => orUnavailable(declarations.list),
      put: ({ params: { identifier }, payload, query }) =>
        Effect.gen(function* () {
          const { udid } = query
          if (udid !== undefined) yield* devices.managed({ ...query, udid })
          const declared = yield* declarations.put(query, Tokens.make(identifier, payload))
          yield* wakeTarget(udid)
          return declared
        }).pipe(orNotFound, orUnavailable),
      delete: ({ params, query }) =>
        declarations.remove(query, params.identifier).pipe(Effect.andThen(wakeTarget(query.udid)), orUnavailable),
    })
  }),
)
