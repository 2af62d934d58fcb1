/**
 * An exchange: a device's request, the webhook calls that it caused, and the response to the device. The server records exchanges, the
 * dashboard shows them.
 *
 * It contains no secrets: the server redacts tokens, keys and passwords before an exchange leaves it.
 */
import { Schema } from "effect"

const when = Schema.Int.annotate({ description: "Unix time in milliseconds" })
const duration = Schema.Int.annotate({ description: "Milliseconds" })

/**
 * A body as text, at most 64 KiB of it: a property list as XML, or JSON. `json` is the body as JSON, if it has that form. Any other body has only a
 * `contentType` and its size in bytes.
 *
 * @category schemas
 * @since 0.1.0
 */
export const ExchangeBody = Schema.Struct({
  contentType: Schema.String,
  size: Schema.Int,
  text: Schema.optionalKey(Schema.String),
  json: Schema.optionalKey(Schema.Json),
}).annotate({ identifier: "ExchangeBody" })
/**
 * @category models
 * @since 0.1.0
 */
export type ExchangeBody = typeof ExchangeBody.Type

/**
 * One webhook call. It has either a `status` or an `error` (why no answer arrived).
 *
 * @category schemas
 * @since 0.1.0
 */
export const ExchangeCall = Schema.Struct({
  webhook: Schema.String.annotate({ description: "The webhook's name: checkin, event…" }),
  at: when,
  duration,
  request: ExchangeBody,
  status: Schema.optionalKey(Schema.Int),
  error: Schema.optionalKey(Schema.String),
  answer: Schema.optionalKey(ExchangeBody),
}).annotate({ identifier: "ExchangeCall" })
/**
 * @category models
 * @since 0.1.0
 */
export type ExchangeCall = typeof ExchangeCall.Type

/**
 * One request of a device, from its first byte to the last byte of the response. `id` increases while a server runs. `message` is the kind of
 * request in Apple's terms, such as `Authenticate`, `Idle`, `Acknowledged`, `DeclarativeManagement tokens` or `PKIOperation`.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Exchange = Schema.Struct({
  id: Schema.String,
  at: when,
  duration,
  message: Schema.String,
  udid: Schema.optionalKey(Schema.String),
  userId: Schema.optionalKey(Schema.String),
  userShortName: Schema.optionalKey(Schema.String),
  method: Schema.String,
  path: Schema.String,
  request: Schema.optionalKey(ExchangeBody),
  calls: Schema.Array(ExchangeCall),
  status: Schema.Int,
  response: Schema.optionalKey(ExchangeBody),
}).annotate({
  identifier: "Exchange",
  description: "A device's request, the webhook calls that it caused, and the response",
})
/**
 * @category models
 * @since 0.1.0
 */
export type Exchange = typeof Exchange.Type
