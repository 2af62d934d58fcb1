/**
 * The HTTP API of device identities, for backends: which expire soon, and the profile that renews one.
 */
import { Authorization } from "@espalier/api-keys/api"
import { MdmOrigin } from "@espalier/schema"
import { Schema } from "effect"
import { HttpApi, HttpApiEndpoint, HttpApiError, HttpApiGroup, OpenApi } from "effect/http-api"

/**
 * An identity that expires soon. `expiresAt` is RFC 3339 in UTC.
 *
 * @category schemas
 * @since 0.1.0
 */
export const ExpiringIdentity = Schema.Struct({
  udid: Schema.String,
  expiresAt: Schema.String,
  mdmOrigin: Schema.optionalKey(MdmOrigin),
}).annotate({ identifier: "ExpiringIdentity", description: "A device identity that expires within 30 days" })
/**
 * @category models
 * @since 0.1.0
 */
export type ExpiringIdentity = typeof ExpiringIdentity.Type

/**
 * The body of `POST /api/identities/renewal-profile`. Without `mdmOrigin` the profile has the origin that the device called last.
 *
 * @category schemas
 * @since 0.1.0
 */
export const RenewalProfileRequest = Schema.Struct({
  udid: Schema.NonEmptyString.check(Schema.isMaxLength(255)),
  mdmOrigin: Schema.optionalKey(MdmOrigin),
}).annotate({ identifier: "RenewalProfileRequest", description: "The enrolled device that renews its identity" })
/**
 * @category models
 * @since 0.1.0
 */
export type RenewalProfileRequest = typeof RenewalProfileRequest.Type

/**
 * The profile, base64: the `Payload` of an `InstallProfile` command. It must be installed within an hour.
 *
 * @category schemas
 * @since 0.1.0
 */
export const RenewalProfile = Schema.Struct({ profile: Schema.String.check(Schema.isBase64()) }).annotate({
  identifier: "RenewalProfile",
  description: "The profile that renews the identity, as the Payload of an InstallProfile command",
})
/**
 * @category models
 * @since 0.1.0
 */
export type RenewalProfile = typeof RenewalProfile.Type

/**
 * 404: the device is not enrolled here, or its origin is not known.
 *
 * @category errors
 * @since 0.1.0
 */
export class DeviceNotFound extends HttpApiError.Problem<DeviceNotFound>()("DeviceNotFound", {
  type: "urn:espalier:problem:device-not-found",
  status: 404,
  title: "Device not found",
}) {}

/**
 * 400: the origin is not one of this server's.
 *
 * @category errors
 * @since 0.1.0
 */
export class InvalidMdmOrigin extends HttpApiError.Problem<InvalidMdmOrigin>()("InvalidMdmOrigin", {
  type: "urn:espalier:problem:invalid-mdm-origin",
  status: 400,
  title: "Invalid origin",
}) {}

/**
 * 503: the store or the backend did not respond.
 *
 * @category errors
 * @since 0.1.0
 */
export class IdentitiesUnavailable extends HttpApiError.Problem<IdentitiesUnavailable>()("IdentitiesUnavailable", {
  type: "urn:espalier:problem:identities-unavailable",
  status: 503,
  title: "Service temporarily unavailable",
}) {}

/**
 * @category api
 * @since 0.1.0
 */
export class IdentitiesGroup extends HttpApiGroup.make("identities")
  .add(
    HttpApiEndpoint.get("expiring", "/api/identities/expiring", {
      success: Schema.Struct({ identities: Schema.Array(ExpiringIdentity) }),
      error: IdentitiesUnavailable,
    }).annotate(OpenApi.Summary, "List the identities that expire within 30 days"),
    HttpApiEndpoint.post("renewalProfile", "/api/identities/renewal-profile", {
      payload: RenewalProfileRequest,
      success: RenewalProfile,
      error: [DeviceNotFound, InvalidMdmOrigin, IdentitiesUnavailable],
    }).annotate(OpenApi.Summary, "Create the profile that renews a device's identity"),
  )
  .middleware(Authorization) {}

/**
 * @category api
 * @since 0.1.0
 */
export class IdentitiesApi extends HttpApi.make("identities-api")
  .add(IdentitiesGroup)
  .annotateMerge(
    OpenApi.annotations({ title: "Identities", version: "1.0.0", description: "Renews the identities of devices" }),
  ) {}
