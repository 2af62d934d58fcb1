/**
 * The typed client of the devices' API, apart from the rest: a page without devices does not load it.
 */
import { Effect } from "effect"
import { FetchHttpClient } from "effect/http"
import { HttpApiClient } from "effect/http-api"
import { DevicesApi } from "../../src/Devices/index.ts"
import { calling } from "../Api/Clients.ts"

export const { devices } = Effect.runSync(
  Effect.provide(HttpApiClient.make(DevicesApi, calling), FetchHttpClient.layer),
)
