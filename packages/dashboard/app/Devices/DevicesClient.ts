/**
 * The typed client of the Devices API, loaded only by the pages that need it.
 */
import { DevicesApi } from "@espalier/devices/api"
import { Effect } from "effect"
import { FetchHttpClient } from "effect/http"
import { HttpApiClient } from "effect/http-api"
import { baseUrl, clientOptions } from "../Api/Clients.ts"

export const devicesClient = Effect.runSync(
  Effect.provide(HttpApiClient.make(DevicesApi, clientOptions), FetchHttpClient.layer),
)

const urls = HttpApiClient.urlBuilder(DevicesApi, { baseUrl })

/** The address for an `EventSource`. */
export const exchangesUrl = (workspace: string, udid: string | undefined): string =>
  urls.exchanges.stream({ params: { workspace }, query: udid === undefined ? {} : { udid } })
