/**
 * The typed client of the devices' API, apart from the rest: a page without devices does not load it.
 */
import * as Effect from "effect/Effect"
import { FetchHttpClient } from "effect/http"
import { HttpApiClient } from "effect/http-api"
import { DevicesApi } from "../../src/Devices/index.ts"
import { calling } from "../Api/clients.ts"

export const { devices } = Effect.runSync(
  Effect.provide(HttpApiClient.make(DevicesApi, calling), FetchHttpClient.layer),
)
