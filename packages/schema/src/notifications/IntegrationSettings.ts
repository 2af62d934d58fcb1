/**
 * What is optional about an integration. Header values and credentials are never returned: only their names are.
 */
import { Schema } from "effect"

/**
 * The optional members of an integration, as they are returned.
 *
 * @category schemas
 * @since 0.1.0
 */
export const IntegrationSettings = Schema.Struct({
  name: Schema.optionalKey(Schema.String),
  description: Schema.optionalKey(Schema.String),
  metadata: Schema.optionalKey(
    Schema.Record(Schema.String, Schema.String).annotate({ description: "Your own data; it is not sent" }),
  ),
  headerNames: Schema.optionalKey(
    Schema.Array(Schema.String).annotate({
      description: "The names of the custom headers; their values are write-only",
    }),
  ),
  credentials: Schema.optionalKey(
    Schema.Literals(["basic", "bearer"]).annotate({
      description: "The type of the credentials in the Authorization header; they are write-only",
    }),
  ),
  publicKey: Schema.optionalKey(
    Schema.String.annotate({ description: "whpk_…: verifies the ed25519 signatures (v1a) of the integration" }),
  ),
  timeout: Schema.optionalKey(Schema.Int.annotate({ description: "How long an attempt may take, in milliseconds" })),
  retryDelays: Schema.optionalKey(
    Schema.Array(Schema.Int).annotate({ description: "The delay before each retry, in milliseconds" }),
  ),
  rateLimit: Schema.optionalKey(Schema.Int.annotate({ description: "The attempts in a second, at most" })),
  ca: Schema.optionalKey(
    Schema.String.annotate({
      description: "PEM certificates of the authorities that the receiver's certificate must come from",
    }),
  ),
})
/**
 * @category models
 * @since 0.1.0
 */
export type IntegrationSettings = typeof IntegrationSettings.Type
