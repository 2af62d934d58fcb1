/**
 * The settings that `create` and `edit` take, and why one is invalid.
 */
import { Schema } from "effect"
import { HttpApiError } from "effect/http-api"

/**
 * 422: a setting is invalid. `member` is its name, such as `headers.host`; `detail` says why and holds nothing of the value.
 *
 * @category errors
 * @since 0.1.0
 */
export class InvalidSetting extends HttpApiError.Problem<InvalidSetting>()(
  "InvalidSetting",
  { type: "urn:espalier:problem:invalid-setting", status: 422, title: "Invalid setting of the integration" },
  { member: Schema.String },
) {
  static of(member: string, detail: string): InvalidSetting {
    return new InvalidSetting({ member, detail: `${member}: ${detail}` })
  }
}

/**
 * The credentials of the Authorization header.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Credentials = Schema.Union([
  Schema.Struct({ type: Schema.Literal("basic"), username: Schema.String, password: Schema.String }),
  Schema.Struct({ type: Schema.Literal("bearer"), token: Schema.String }),
]).annotate({ identifier: "Credentials", description: "The credentials of the Authorization header; write-only" })
/**
 * @category models
 * @since 0.1.0
 */
export type Credentials = typeof Credentials.Type

const values = {
  name: Schema.String.annotate({ description: "At most 100 characters" }),
  description: Schema.String.annotate({ description: "At most 1000 characters" }),
  credentials: Credentials,
  ed25519: Schema.Boolean.annotate({ description: "Sign with an ed25519 key (v1a) besides the secret" }),
  timeout: Schema.Int.annotate({ description: "How long an attempt may take, in milliseconds" }),
  retryDelays: Schema.Array(Schema.Int).annotate({ description: "The delay before each retry, in milliseconds" }),
  rateLimit: Schema.Int.annotate({ description: "The attempts in a second, at most" }),
  ca: Schema.String.annotate({
    description: "PEM certificates of the authorities that the receiver's certificate must come from",
  }),
}

const texts = <Value extends Schema.Constraint>(value: Value, description: string) =>
  Schema.Record(Schema.String, value).annotate({ description })

/**
 * The settings of a new integration.
 *
 * @category schemas
 * @since 0.1.0
 */
export const SettingsInput = Schema.Struct({
  name: Schema.optionalKey(values.name),
  description: Schema.optionalKey(values.description),
  metadata: Schema.optionalKey(texts(Schema.String, "Your own data, at most 50 members; it is not sent")),
  headers: Schema.optionalKey(texts(Schema.String, "Custom headers, at most 20; their values are write-only")),
  credentials: Schema.optionalKey(values.credentials),
  ed25519: Schema.optionalKey(values.ed25519),
  timeout: Schema.optionalKey(values.timeout),
  retryDelays: Schema.optionalKey(values.retryDelays),
  rateLimit: Schema.optionalKey(values.rateLimit),
  ca: Schema.optionalKey(values.ca),
})
/**
 * @category models
 * @since 0.1.0
 */
export type SettingsInput = typeof SettingsInput.Type

/**
 * A change of the settings, as a JSON merge patch (RFC 7396): `null` removes, and `metadata` and `headers` change by member.
 *
 * @category schemas
 * @since 0.1.0
 */
export const SettingsEdit = Schema.Struct({
  name: Schema.optionalKey(Schema.NullOr(values.name)),
  description: Schema.optionalKey(Schema.NullOr(values.description)),
  metadata: Schema.optionalKey(
    Schema.NullOr(texts(Schema.NullOr(Schema.String), "What changes; null removes a member, or all")),
  ),
  headers: Schema.optionalKey(
    Schema.NullOr(texts(Schema.NullOr(Schema.String), "What changes; null removes a header, or all")),
  ),
  credentials: Schema.optionalKey(Schema.NullOr(values.credentials)),
  ed25519: SettingsInput.fields.ed25519,
  timeout: Schema.optionalKey(Schema.NullOr(values.timeout)),
  retryDelays: Schema.optionalKey(Schema.NullOr(values.retryDelays)),
  rateLimit: Schema.optionalKey(Schema.NullOr(values.rateLimit)),
  ca: Schema.optionalKey(Schema.NullOr(values.ca)),
})
/**
 * @category models
 * @since 0.1.0
 */
export type SettingsEdit = typeof SettingsEdit.Type
