/**
 * Why a receiver's URL is refused: its form, or where it leads. Each is also the problem that the HTTP API answers (RFC 9457).
 */
import { Schema } from "effect"
import { HttpApiError } from "effect/http-api"

/**
 * 422: a URL that is refused wherever it leads.
 *
 * - `NotAUrl`: not absolute, or has no host. `TooLong`: more than 2048 characters.
 * - `Scheme`: not `https` (or `http` where that is allowed). `Port`: one of other services.
 * - `Credentials`: a user or a password. `Fragment`: a part that is never sent.
 *
 * @category errors
 * @since 0.1.0
 */
export class UrlRefused extends HttpApiError.Problem<UrlRefused>()(
  "UrlRefused",
  { type: "urn:espalier:problem:url-refused", status: 422, title: "The URL cannot be a receiver's" },
  { reason: Schema.Literals(["NotAUrl", "TooLong", "Scheme", "Port", "Credentials", "Fragment"]) },
) {
  static for(reason: UrlRefused["reason"]): UrlRefused {
    return new UrlRefused({ reason, detail: sentences[reason] })
  }
}

const sentences: Record<UrlRefused["reason"], string> = {
  NotAUrl: "A receiver's URL is absolute, such as https://hooks.example.com/mdm",
  TooLong: "A receiver's URL has at most 2048 characters",
  Scheme: "A receiver's URL begins with https://",
  Port: "A receiver's port is 443, or 1024 and above",
  Credentials: "A receiver's URL holds no user or password; deliveries are signed instead",
  Fragment: "A receiver's URL holds no fragment (#…): it would not be sent",
}

/**
 * 422: a host whose address is nobody's receiver. `range` is what it lies in: `loopback`, `private`…
 *
 * @category errors
 * @since 0.1.0
 */
export class AddressRefused extends HttpApiError.Problem<AddressRefused>()(
  "AddressRefused",
  { type: "urn:espalier:problem:address-refused", status: 422, title: "The receiver's address is not public" },
  { range: Schema.String },
) {
  static for(range: string): AddressRefused {
    return new AddressRefused({ range, detail: `The receiver's address is not public (${range})` })
  }
}
