/**
 * The identifier of one message: the `webhook-id` header.
 *
 * It is the same in every attempt of one call, so a receiver can use it as an idempotency key. It is part of the signed
 * content, which joins its parts with dots; an identifier with a dot would let a captured message be read with another
 * timestamp, so dots are not accepted here. That is stricter than the reference libraries and the specification.
 *
 * @see https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md, "Signature scheme"
 */

import { randomBytes } from "node:crypto"
import { Effect, Schema } from "effect"

const pattern = /^[\x21-\x2d\x2f-\x7e]{1,256}$/

/**
 * 1 to 256 visible ASCII characters without a dot. Decodes from and encodes to the same string.
 *
 * @category schemas
 * @since 0.1.0
 */
export const WebhookId = Schema.String.check(
  Schema.isPattern(pattern, { message: "Expected 1 to 256 visible ASCII characters without a dot" }),
).pipe(Schema.brand("WebhookId"))

/**
 * @category models
 * @since 0.1.0
 */
export type WebhookId = typeof WebhookId.Type

/**
 * Whether a string is a valid `webhook-id`. Cheaper than decoding with {@link WebhookId}, for the hot path.
 *
 * @category guards
 * @since 0.1.0
 */
export const isWebhookId = (text: string): text is WebhookId => pattern.test(text)

/**
 * A fresh identifier: `msg_` and 144 random bits as 24 characters of base64url.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make: Effect.Effect<WebhookId> = Effect.sync(() =>
  WebhookId.make(`msg_${randomBytes(18).toString("base64url")}`),
)
