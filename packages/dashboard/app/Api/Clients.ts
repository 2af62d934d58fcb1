/**
 * The typed client of the API that the page stands on, and how such clients call: at the configured origin, with the session's cookie.
 */

import { NotificationsApi } from "@espalier/notifications/api"
import { Effect } from "effect"
import { FetchHttpClient, HttpClient } from "effect/http"
import { HttpApiClient } from "effect/http-api"
import { configuration } from "../shell/Configuration.ts"

/** Nothing where the page's own origin is meant. */
export const baseUrl = configuration.apiOrigin === "" ? undefined : configuration.apiOrigin

export const calling = {
  baseUrl,
  transformClient: (client: HttpClient.HttpClient) =>
    HttpClient.transform(client, (answer) =>
      Effect.provideService(answer, FetchHttpClient.RequestInit, { credentials: "include" }),
    ),
}

export const notifications = Effect.runSync(
  Effect.provide(HttpApiClient.make(NotificationsApi, calling), FetchHttpClient.layer),
)
