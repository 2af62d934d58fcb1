/**
 * Addresses of the devices' API that the browser itself asks.
 */
import { HttpApiClient } from "effect/http-api"
import { DevicesApi } from "../../src/Devices/index.ts"
import { baseUrl } from "../Api/Clients.ts"

const urls = HttpApiClient.urlBuilder(DevicesApi, { baseUrl })

export const devicesUrl = {
  trace: (workspace: string, udid: string | undefined): string =>
    urls.devices.trace({ params: { workspace }, query: udid === undefined ? {} : { udid } }),
}
