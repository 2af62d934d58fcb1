/**
 * The typed client of the notifications API, and the options that all clients share: the configured origin, the session's cookie.
 */

import { NotificationsApi } from "@espalier/notifications/api"
import { Effect } from "effect"
import { FetchHttpClient, HttpClient } from "effect/http"
import { HttpApiClient } from "effect/http-api"
import { configuration } from "../layout/Configuration.ts"

/** `undefined` for the page's own origin. */
export const baseUrl = configuration.apiOrigin === "" ? undefined : configuration.apiOrigin

export const clientOptions = {
  baseUrl,
  transformClient: (client: HttpClient.HttpClient) =>
    HttpClient.transform(client, (response) =>
      Effect.provideService(response, FetchHttpClient.RequestInit, { credentials: "include" }),
    ),
}

export const notifications = Effect.runSync(
  Effect.provide(HttpApiClient.make(NotificationsApi, clientOptions), FetchHttpClient.layer),
)
