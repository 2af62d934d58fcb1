/**
 * The typed clients of the APIs that the page stands on. The session's cookie goes along by itself: both are of this page's origin.
 */
import { NotificationsApi } from "@espalier/notifications/api"
import * as Effect from "effect/Effect"
import { FetchHttpClient } from "effect/http"
import { HttpApiClient } from "effect/http-api"

export const notifications = Effect.runSync(Effect.provide(HttpApiClient.make(NotificationsApi), FetchHttpClient.layer))
