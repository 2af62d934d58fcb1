/**
 * How a webhook says no. Four errors are the backend's own words and steer what the device is told; the
 * others answer a request that never reached the backend's services.
 *
 * On the wire an error is `{"_tag": …, "message"?: …}` with the status below. `message` is for the log of the other
 * side: no secret, no stack trace.
 */
import { Option, Schema, SchemaGetter } from "effect"

/** An `Error` always has a message, so "none" is the empty string on this side and no member on the wire. */
const message = Schema.optionalKey(Schema.String).pipe(
  Schema.decodeTo(Schema.optionalKey(Schema.String), {
    decode: SchemaGetter.passthrough(),
    encode: SchemaGetter.transformOptional(Option.filter((text: string) => text !== "")),
  }),
)

/**
 * 501: this backend does not offer that feature.
 *
 * @category errors
 * @since 0.1.0
 */
export class ManagementNotSupported extends Schema.TaggedError<ManagementNotSupported>("ManagementNotSupported")(
  "ManagementNotSupported",
  { message },
  { httpApiStatus: 501, description: "The requested management feature is not supported" },
) {}

/**
 * 404: the device or user is unknown to the backend.
 *
 * @category errors
 * @since 0.1.0
 */
export class UnknownDevice extends Schema.TaggedError<UnknownDevice>("UnknownDevice")(
  "UnknownDevice",
  { message },
  { httpApiStatus: 404, description: "The device or user is unknown to your backend" },
) {}

/**
 * 410: the device shall unenroll. iOS 17, macOS 14 and later obey `com.apple.unrecognized.device`; `legacy: true` makes
 * the server answer the bare 401 that older systems obey.
 *
 * @category errors
 * @since 0.1.0
 */
export class ServerInitiatedUnenrollment extends Schema.TaggedError<ServerInitiatedUnenrollment>(
  "ServerInitiatedUnenrollment",
)(
  "ServerInitiatedUnenrollment",
  { message, description: Schema.optionalKey(Schema.String), legacy: Schema.optionalKey(Schema.Boolean) },
  { httpApiStatus: 410, description: "Your backend wants the device unenrolled during check-in" },
) {}

/**
 * 500: generic backend failure; the device is told to come back later.
 *
 * @category errors
 * @since 0.1.0
 */
export class InternalServerError extends Schema.TaggedError<InternalServerError>("InternalServerError")(
  "InternalServerError",
  { message },
  { httpApiStatus: 500, description: "Generic backend failure" },
) {}

/**
 * The errors a backend's service may fail with.
 *
 * @category errors
 * @since 0.1.0
 */
export const WebhookError = Schema.Union([
  ManagementNotSupported,
  UnknownDevice,
  ServerInitiatedUnenrollment,
  InternalServerError,
]).pipe(Schema.toTaggedUnion("_tag"))
/**
 * @category errors
 * @since 0.1.0
 */
export type WebhookError = typeof WebhookError.Type

/**
 * 400: the body is not the JSON this webhook expects; `message` names the first place.
 *
 * @category request errors
 * @since 0.1.0
 */
export class InvalidRequest extends Schema.TaggedError<InvalidRequest>("InvalidRequest")(
  "InvalidRequest",
  { message },
  { httpApiStatus: 400, description: "The request is not what this webhook expects" },
) {}

/**
 * 401: no signature, or none that verifies.
 *
 * @category request errors
 * @since 0.1.0
 */
export class InvalidSignature extends Schema.TaggedError<InvalidSignature>("InvalidSignature")(
  "InvalidSignature",
  { message },
  { httpApiStatus: 401, description: "The Standard Webhooks signature is missing, stale or wrong" },
) {}

/**
 * 404: no such webhook. To a caller of an optional webhook it means "not offered".
 *
 * @category request errors
 * @since 0.1.0
 */
export class UnknownWebhook extends Schema.TaggedError<UnknownWebhook>("UnknownWebhook")(
  "UnknownWebhook",
  { message },
  { httpApiStatus: 404, description: "No such webhook" },
) {}

/**
 * 405: webhooks are called with POST.
 *
 * @category request errors
 * @since 0.1.0
 */
export class MethodNotAllowed extends Schema.TaggedError<MethodNotAllowed>("MethodNotAllowed")(
  "MethodNotAllowed",
  { message },
  { httpApiStatus: 405, description: "Webhooks are called with POST" },
) {}

/**
 * 408: the body did not arrive in time.
 *
 * @category request errors
 * @since 0.1.0
 */
export class RequestTimeout extends Schema.TaggedError<RequestTimeout>("RequestTimeout")(
  "RequestTimeout",
  { message },
  { httpApiStatus: 408, description: "The body did not arrive in time" },
) {}

/**
 * 413: the body is larger than the receiver takes.
 *
 * @category request errors
 * @since 0.1.0
 */
export class PayloadTooLarge extends Schema.TaggedError<PayloadTooLarge>("PayloadTooLarge")(
  "PayloadTooLarge",
  { message },
  { httpApiStatus: 413, description: "The body is larger than the receiver takes" },
) {}

/**
 * 415: the body is not declared as JSON in UTF-8.
 *
 * @category request errors
 * @since 0.1.0
 */
export class UnsupportedMediaType extends Schema.TaggedError<UnsupportedMediaType>("UnsupportedMediaType")(
  "UnsupportedMediaType",
  { message },
  { httpApiStatus: 415, description: "The body is not declared as application/json in UTF-8" },
) {}

/**
 * What a handler answers before any service is asked.
 *
 * @category request errors
 * @since 0.1.0
 */
export const RequestError = Schema.Union([
  InvalidRequest,
  InvalidSignature,
  UnknownWebhook,
  MethodNotAllowed,
  RequestTimeout,
  PayloadTooLarge,
  UnsupportedMediaType,
]).pipe(Schema.toTaggedUnion("_tag"))
/**
 * @category request errors
 * @since 0.1.0
 */
export type RequestError = typeof RequestError.Type
