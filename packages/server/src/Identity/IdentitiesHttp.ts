/**
 * Implements the `IdentitiesApi`.
 */
import { RequestLimits } from "@espalier/api-keys"
import type { Authorization } from "@espalier/api-keys/api"
import { Clock, DateTime, Duration, Effect, Layer, Option } from "effect"
import { Base64 } from "effect/encoding"
import { type HttpRouter, HttpServer } from "effect/http"
import { HttpApiBuilder, HttpApiMiddleware } from "effect/http-api"
import type { ManagementBackend } from "../Backend/index.ts"
import { EnrollmentSettings } from "../Enrollment/EnrollmentSettings.ts"
import * as Profile from "../Enrollment/Profile.ts"
import { Origins } from "../Http/Origins.ts"
import { type PinnedIdentity, Store } from "../Store/index.ts"
import type { Authority } from "./Authority.ts"
import {
  DeviceNotFound,
  type ExpiringIdentity,
  IdentitiesApi,
  IdentitiesUnavailable,
  InvalidMdmOrigin,
} from "./IdentitiesApi.ts"
import { renewalPeriod } from "./IdentityRenewal.ts"

const group = HttpApiBuilder.group(
  IdentitiesApi,
  "identities",
  Effect.fnUntraced(function* (handlers) {
    const { branding } = yield* EnrollmentSettings
    const originOf = yield* Origins
    const profile = yield* Profile.make
    const store = yield* Store

    return handlers
      .handle(
        "expiring",
        Effect.fnUntraced(function* () {
          const until = (yield* Clock.currentTimeMillis) + Duration.toMillis(renewalPeriod)
          const identities = yield* Effect.mapError(
            store.identitiesExpiringBefore(DateTime.makeUnsafe(until)),
            () => new IdentitiesUnavailable({}),
          )
          return { identities: identities.flatMap(expiringOf) }
        }),
      )
      .handle(
        "renewalProfile",
        Effect.fnUntraced(function* ({ payload: { udid, mdmOrigin } }) {
          const found = yield* Effect.mapError(store.identity(udid), (error) =>
            error.reason === "Invalid" ? new DeviceNotFound({}) : new IdentitiesUnavailable({}),
          )
          if (Option.isNone(found)) return yield* new DeviceNotFound({ detail: "No device with this UDID is enrolled" })
          const url = mdmOrigin?.url ?? Option.getOrUndefined(found.value.origin)
          if (url === undefined) {
            return yield* new DeviceNotFound({ detail: "The device has not connected yet: set mdmOrigin" })
          }
          const origin = yield* Effect.mapError(
            originOf(URL.canParse(url) ? new URL(url).host : undefined),
            () => new InvalidMdmOrigin({ detail: "mdmOrigin is not an origin of this server" }),
          )
          const bytes = yield* Effect.mapError(
            profile({ mdmOrigin: origin, branding, token: undefined, device: udid }),
            () => new IdentitiesUnavailable({}),
          )
          return { profile: Base64.encode(bytes) }
        }),
      )
  }),
)

const expiringOf = ({ udid, expiresAt, origin }: PinnedIdentity): ReadonlyArray<ExpiringIdentity> =>
  Option.match(expiresAt, {
    onNone: () => [],
    onSome: (time) => [
      {
        udid,
        expiresAt: DateTime.formatIso(time),
        ...(Option.isSome(origin) ? { mdmOrigin: { url: origin.value } } : {}),
      },
    ],
  })

/**
 * The routes under `/api/identities`, and their OpenAPI document at `/api/identities/openapi.json`.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer: Layer.Layer<
  never,
  never,
  Authority | Authorization | EnrollmentSettings | HttpRouter.HttpRouter | ManagementBackend | Origins | Store
> = HttpApiBuilder.layer(IdentitiesApi, { openapiPath: "/api/identities/openapi.json" }).pipe(
  Layer.provide([group, RequestLimits.layer({ name: "identities" })]),
  Layer.provide(HttpApiMiddleware.layerProblemDetails({ includeDetails: true })),
  // `HttpApi` needs these for files and forms, which this API does not use.
  Layer.provide(HttpServer.layerServices),
)
