/**
 * The errors of a webhook. Four of them come from the backend's code and decide what the device gets; the others answer a request that
 * did not reach the backend's code.
 *
 * On the wire an error is `{"_tag": …, "message"?: …}` with the status below. `message` is for the other side's log and contains no secret
 * and no stack trace.
 */
import { Option, Schema, SchemaGetter } from "effect"

/** An `Error` always has a message: without one it is the empty string here and absent on the wire. */
const message = Schema.optionalKey(Schema.String).pipe(
  Schema.decodeTo(Schema.optionalKey(Schema.String), {
    decode: SchemaGetter.passthrough(),
    encode: SchemaGetter.transformOptional(Option.filter((text: string) => text !== "")),
  }),
)

/**
 * 501: the backend does not offer the feature.
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
 * 410: the device must unenroll. iOS 17, macOS 14 and later unenroll on `com.apple.unrecognized.device`; with `legacy: true` the server
 * sends the bare 401 on which older systems unenroll.
 *
 * **Gotchas**
 *
 * Only this typed body unenrolls a device. A bare 410 counts as a failure of the backend.
 *
 * @category errors
 * @since 0.1.0
 */
export class ServerInitiatedUnenrollment extends Schema.TaggedError<ServerInitiatedUnenrollment>(
  "ServerInitiatedUnenrollment",
)(
  "ServerInitiatedUnenrollment",
  {
    message,
    description: Schema.optionalKey(
      Schema.String.annotate({ description: "For the device's log: Apple's `description`, not shown to the user" }),
    ),
    legacy: Schema.optionalKey(
      Schema.Boolean.annotate({
        description: "Send the bare 401 on which systems before iOS 17 and macOS 14 unenroll, instead of 403",
      }),
    ),
  },
  { httpApiStatus: 410, description: "Your backend wants the device unenrolled during check-in" },
) {}

/**
 * 500: generic backend failure. The device retries later.
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
 * The errors that a backend's function may fail with.
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
 * 400: the body is not the JSON that the webhook expects; `message` names the first invalid member.
 *
 * @category request errors
 * @since 0.1.0
 */
export class InvalidRequest extends Schema.TaggedError<InvalidRequest>("InvalidRequest")(
  "InvalidRequest",
  { message },
  { httpApiStatus: 400, description: "The body is not the JSON that the webhook expects" },
) {}

/**
 * 401: the signature is missing, stale or wrong.
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
 * 404: the webhook does not exist. For an optional webhook it means "not offered".
 *
 * @category request errors
 * @since 0.1.0
 */
export class UnknownWebhook extends Schema.TaggedError<UnknownWebhook>("UnknownWebhook")(
  "UnknownWebhook",
  { message },
  { httpApiStatus: 404, description: "The webhook does not exist" },
) {}

/**
 * 405: a webhook accepts POST only.
 *
 * @category request errors
 * @since 0.1.0
 */
export class MethodNotAllowed extends Schema.TaggedError<MethodNotAllowed>("MethodNotAllowed")(
  "MethodNotAllowed",
  { message },
  { httpApiStatus: 405, description: "A webhook accepts POST only" },
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
 * 413: the body is larger than the limit of the backend.
 *
 * @category request errors
 * @since 0.1.0
 */
export class PayloadTooLarge extends Schema.TaggedError<PayloadTooLarge>("PayloadTooLarge")(
  "PayloadTooLarge",
  { message },
  { httpApiStatus: 413, description: "The body is larger than the limit of the backend" },
) {}

/**
 * 415: the content type is not JSON in UTF-8, or the body is compressed.
 *
 * @category request errors
 * @since 0.1.0
 */
export class UnsupportedMediaType extends Schema.TaggedError<UnsupportedMediaType>("UnsupportedMediaType")(
  "UnsupportedMediaType",
  { message },
  { httpApiStatus: 415, description: "The content type is not application/json in UTF-8, or the body is compressed" },
) {}

/**
 * The errors that a handler answers with before it calls your code.
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
