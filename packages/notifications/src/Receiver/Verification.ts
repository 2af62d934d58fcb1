/**
 * Reads a request's headers and body as an event: the signature first, over the bytes as they arrived, then everything else.
 *
 * So a forged request is always a `SignatureError`, and an `EventError` always comes from the sender.
 */
import { NotificationEvent, notificationEvents } from "@espalier/schema"
import { Secret, WebhookSignature } from "@espalier/signing"
import { type Duration, Redacted, Result, Schema } from "effect"
import { EventError } from "./EventError.ts"

/**
 * A received event. `id` is the same for every attempt and identifies duplicates. `timestamp` is when this attempt was sent, in Unix seconds.
 *
 * @category models
 * @since 0.1.0
 */
export interface Received {
  readonly id: string
  readonly timestamp: number
  readonly event: NotificationEvent
}

/**
 * A secret as it was shown when the integration was created, `whsec_…`.
 *
 * @category models
 * @since 0.1.0
 */
export type SecretText = string | Redacted.Redacted

/**
 * The headers of a request: those of a `Request`, or a record with names in any case.
 *
 * @category models
 * @since 0.1.0
 */
export type ReceivedHeaders =
  | Pick<Headers, "get">
  | { readonly [name: string]: string | ReadonlyArray<string> | undefined }

/**
 * Reads the secrets.
 *
 * @category parsing
 * @since 0.1.0
 */
export const secretsOf = (
  texts: ReadonlyArray<SecretText>,
): Result.Result<ReadonlyArray<Secret.Secret>, Secret.SecretError> =>
  Result.all(texts.map((text) => Secret.parse(Redacted.isRedacted(text) ? Redacted.value(text) : text)))

/**
 * Verifies and then decodes, at `nowMillis` (Unix milliseconds). Text is encoded as UTF-8.
 *
 * @category verification
 * @since 0.1.0
 */
export const receive = (
  nowMillis: number,
  secrets: ReadonlyArray<Secret.Secret>,
  headers: ReceivedHeaders,
  body: Uint8Array | string,
  tolerance?: Duration.Input | undefined,
): Result.Result<Received, WebhookSignature.SignatureError | EventError> => {
  const bytes = typeof body === "string" ? new TextEncoder().encode(body) : body
  const signed = { headers: signatureHeaders(headers), body: bytes, secrets }
  const verified = WebhookSignature.verifyAt(nowMillis, signed, { tolerance })
  if (Result.isFailure(verified)) return Result.fail(verified.failure)
  const { id, timestamp } = verified.success
  const fail = (reason: EventError["reason"]) => Result.fail(new EventError({ reason, id, timestamp }))
  let json: unknown
  try {
    json = JSON.parse(utf8.decode(bytes))
  } catch {
    return fail("NotJson")
  }
  const event = decode(json)
  if (Result.isSuccess(event)) return Result.succeed({ id, timestamp, event: event.success })
  return fail(Result.isSuccess(decodeAction(json)) || !hasAction(json) ? "Invalid" : "UnknownEvent")
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })

const decode = Schema.decodeUnknownResult(NotificationEvent)

const hasAction = Schema.is(Schema.Struct({ action: Schema.String }))

/** The actions of all events, in every spelling that is accepted. */
const actions = Object.values(notificationEvents).map((schema) =>
  "members" in schema ? Schema.Union(schema.members.map(({ fields }) => fields.action)) : schema.fields.action,
)

const decodeAction = Schema.decodeUnknownResult(Schema.Struct({ action: Schema.Union(actions) }))

const signatureHeaders = (headers: ReceivedHeaders) => ({
  "webhook-id": header(headers, "webhook-id"),
  "webhook-timestamp": header(headers, "webhook-timestamp"),
  "webhook-signature": header(headers, "webhook-signature"),
})

const header = (headers: ReceivedHeaders, name: string): string | undefined => {
  if (isFetchHeaders(headers)) return headers.get(name) ?? undefined
  // Gateways and load balancers hand names on in any case, and single values as lists.
  const values = Object.keys(headers)
    .filter((key) => key.toLowerCase() === name)
    .flatMap((key) => headers[key] ?? [])
  // A header that is given twice is ambiguous.
  return values.length === 1 ? values[0] : undefined
}

const isFetchHeaders = (headers: ReceivedHeaders): headers is Pick<Headers, "get"> =>
  typeof headers["get"] === "function"
