/**
 * The typed client of the notifications API, and the options that all clients share: the configured origin, the session's cookie.
 */

import { NotificationsApi } from "@espalier/notifications/api"
import { Effect } from "effect"
import { FetchHttpClient, HttpClient, HttpClientError, type HttpClientResponse } from "effect/http"
import { HttpApiClient } from "effect/http-api"
import { configuration } from "../layout/Configuration.ts"

/** `undefined` for the page's own origin. */
export const baseUrl = configuration.apiOrigin === "" ? undefined : configuration.apiOrigin

/** The APIs' own errors are JSON; any other error response comes from something in between, such as a proxy. */
const rejectForeignErrors = (
  response: HttpClientResponse.HttpClientResponse,
): Effect.Effect<HttpClientResponse.HttpClientResponse, HttpClientError.HttpClientError> =>
  response.status >= 500 && !/json/.test(response.headers["content-type"] ?? "")
    ? Effect.fail(
        new HttpClientError.HttpClientError({
          reason: new HttpClientError.StatusCodeError({ request: response.request, response }),
        }),
      )
    : Effect.succeed(response)

export const clientOptions = {
  baseUrl,
  transformClient: (client: HttpClient.HttpClient) =>
    HttpClient.transform(client, (response) =>
      Effect.flatMap(
        Effect.provideService(response, FetchHttpClient.RequestInit, { credentials: "include" }),
        rejectForeignErrors,
      ),
    ),
}

export const notifications = Effect.runSync(
  Effect.provide(HttpApiClient.make(NotificationsApi, clientOptions), FetchHttpClient.layer),
)
