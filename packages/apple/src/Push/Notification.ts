/**
 * The request that wakes a device: `POST /3/device/{token in hexadecimal}` with `{"mdm": pushMagic}`.
 *
 * Source: Apple, "Sending notification requests to APNs"; push type `mdm`.
 */
import { Result } from "effect"
import { Base64 } from "effect/encoding"
import { PushError } from "./PushError.ts"

/**
 * The device to wake, from its last TokenUpdate.
 *
 * @category models
 * @since 0.1.0
 */
export interface Notification {
  /** `Topic`. */
  readonly topic: string
  /** `Token`: bytes, or their base64. */
  readonly pushToken: Uint8Array | string
  /** `PushMagic`. */
  readonly pushMagic: string
  /** Until when APNs retries a device that is off; with a date in the past it tries once. Default: in 7 days. */
  readonly expiration?: Date | undefined
}

/**
 * Headers and body of the request.
 *
 * @category models
 * @since 0.1.0
 */
export interface Request {
  readonly headers: { readonly [name: string]: string }
  readonly body: string
}

const maxTokenBytes = 256
const maxBodyBytes = 4096
const defaultLifetime = 7 * 24 * 60 * 60

/**
 * `apnsId` identifies this push to APNs and is the same for every attempt. `now`: milliseconds since 1970.
 *
 * @category encoding
 * @since 0.1.0
 */
export const toRequest = (notification: Notification, apnsId: string, now: number): Result.Result<Request, PushError> =>
  Result.gen(function* () {
    const { pushToken, expiration } = notification
    const token =
      typeof pushToken === "string"
        ? yield* Result.mapError(Base64.decode(pushToken), () => unusable("pushToken is not base64"))
        : pushToken
    if (token.length === 0 || token.length > maxTokenBytes) {
      return yield* Result.fail(unusable(`pushToken has 1 to ${maxTokenBytes} bytes`))
    }
    const body = JSON.stringify({ mdm: notification.pushMagic })
    if (notification.pushMagic === "" || Buffer.byteLength(body) > maxBodyBytes) {
      return yield* Result.fail(unusable("pushMagic is empty or too long"))
    }
    const seconds = expiration === undefined ? now / 1000 + defaultLifetime : expiration.getTime() / 1000
    if (Number.isNaN(seconds)) return yield* Result.fail(unusable("expiration is not a valid date"))
    return {
      headers: {
        ":method": "POST",
        ":path": `/3/device/${Buffer.from(token).toString("hex")}`,
        "apns-id": apnsId,
        "apns-topic": notification.topic,
        "apns-push-type": "mdm",
        "apns-priority": "10",
        "apns-expiration": String(Math.max(0, Math.floor(seconds))),
        "content-type": "application/json",
      },
      body,
    }
  })

const unusable = (what: string) => new PushError({ reason: "InvalidRequest", message: `Not sent: ${what}` })
