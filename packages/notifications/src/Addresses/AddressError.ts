/**
 * Why a receiver's URL is invalid: its form, or the address of its host. Each error is also the problem that the HTTP API responds with
 * (RFC 9457).
 */
import { Schema } from "effect"
import { HttpApiError } from "effect/http-api"

/**
 * 422: the URL cannot be a receiver's, independent of its address.
 *
 * - `NotAUrl`: it is relative or has no host. `TooLong`: it has more than 2048 characters.
 * - `Scheme`: it is not `https` (or `http` where that is allowed). `Port`: the port belongs to another service.
 * - `Credentials`: it contains a user or a password. `Fragment`: it contains a fragment, which is never sent.
 *
 * @category errors
 * @since 0.1.0
 */
export class InvalidUrl extends HttpApiError.Problem<InvalidUrl>()(
  "InvalidUrl",
  { type: "urn:espalier:problem:invalid-url", status: 422, title: "Invalid receiver URL" },
  { reason: Schema.Literals(["NotAUrl", "TooLong", "Scheme", "Port", "Credentials", "Fragment"]) },
) {
  static for(reason: InvalidUrl["reason"]): InvalidUrl {
    return new InvalidUrl({ reason, detail: details[reason] })
  }
}

const details: Record<InvalidUrl["reason"], string> = {
  NotAUrl: "The URL must be absolute, such as https://hooks.example.com/mdm",
  TooLong: "The URL must have at most 2048 characters",
  Scheme: "The URL must begin with https://",
  Port: "The port must be 443, or 1024 or above",
  Credentials: "The URL must not contain a user or a password; deliveries are signed instead",
  Fragment: "The URL must not contain a fragment (#…), which would not be sent",
}

/**
 * 422: the host's address is not public. `range` is the range that contains it: `loopback`, `private`…
 *
 * @category errors
 * @since 0.1.0
 */
export class InvalidAddress extends HttpApiError.Problem<InvalidAddress>()(
  "InvalidAddress",
  { type: "urn:espalier:problem:invalid-address", status: 422, title: "The receiver's address is not public" },
  { range: Schema.String },
) {
  static for(range: string): InvalidAddress {
    return new InvalidAddress({ range, detail: `The receiver's address is not public (${range})` })
  }
}
