/**
 * An exchange, to look at: what a device said to the server, what the server asked the backend because of it, and what the device
 * was answered. The server tells it (`Trace` in `@espalier/server`), a page shows it.
 *
 * It holds no secret: tokens, keys, passwords and the like are blotted out before an exchange leaves the server.
 */
import { Schema } from "effect"

const when = Schema.Int.annotate({ description: "Unix time in milliseconds" })
const duration = Schema.Int.annotate({ description: "Milliseconds" })

/**
 * A body as text, at most 64 KiB of it: a property list as XML, or JSON. `json` is the same as JSON, where it can be had. A body that is neither, or is
 * left out, has a `contentType` and its size in bytes only.
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
 * One call of the backend. Either `status` or `error` (what happened instead of an answer) is there.
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
 * One request of a device from its first byte to the answer's last. `id` grows within a server's life; `message` is what the request
 * was, in Apple's words: `Authenticate`, `Idle`, `Acknowledged`, `DeclarativeManagement tokens`, `PKIOperation`….
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
  description: "What a device said, what the backend was asked because of it, and what the device was answered",
})
/**
 * @category models
 * @since 0.1.0
 */
export type Exchange = typeof Exchange.Type
