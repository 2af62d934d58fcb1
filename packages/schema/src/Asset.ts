/**
 * Assets: the bytes that a declaration refers to. A device fetches them from `/mdm/apple/assets/:identifier`.
 */
import { Schema } from "effect"
import { MdmOrigin } from "./Scope.ts"

/**
 * Body of `asset`. `mdmOrigin` is an extension of the seed: one backend may serve several origins.
 *
 * @category schemas
 * @since 0.1.0
 */
export const AssetRequest = Schema.Struct({
  identityCertificate: Schema.optionalKey(Schema.String),
  identifier: Schema.NonEmptyString,
  mdmOrigin: Schema.optionalKey(MdmOrigin),
}).annotate({
  identifier: "AssetRequest",
  description: "A device asks for the bytes of an asset",
  examples: [{ identityCertificate: "PEM_OR_HEADER_VALUE", identifier: "asset-id" }],
})
/**
 * @category models
 * @since 0.1.0
 */
export type AssetRequest = typeof AssetRequest.Type

/**
 * The bytes themselves, base64.
 *
 * @category schemas
 * @since 0.1.0
 */
export const AssetContent = Schema.Struct({
  content: Schema.String.check(Schema.isBase64()).annotate({ description: "The bytes, base64" }),
  contentType: Schema.NonEmptyString,
}).annotate({
  identifier: "AssetContent",
  description: "The bytes of an asset, base64",
  examples: [{ content: "aGVsbG8=", contentType: "application/octet-stream" }],
})
/**
 * @category models
 * @since 0.1.0
 */
export type AssetContent = typeof AssetContent.Type

/**
 * The URL of the bytes (extension of the seed). The server streams them to the device and verifies the hash.
 *
 * @category schemas
 * @since 0.1.0
 */
export const AssetLocation = Schema.Struct({
  url: Schema.String.check(Schema.isPattern(/^https?:\/\/\S+$/u, { message: "Expected an http or https URL" })),
  sha256: Schema.optionalKey(Schema.String.check(Schema.isPattern(/^[0-9a-f]{64}$/u))),
}).annotate({
  identifier: "AssetLocation",
  description: "The URL of an asset's bytes, and their lower-case hex SHA-256",
  examples: [{ url: "https://assets.example.com/wallpaper.png" }],
})
/**
 * @category models
 * @since 0.1.0
 */
export type AssetLocation = typeof AssetLocation.Type

/**
 * An asset: its bytes, or their URL.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Asset = Schema.Union([AssetContent, AssetLocation]).annotate({
  identifier: "Asset",
  description: "An asset's bytes, or their URL",
})
/**
 * @category models
 * @since 0.1.0
 */
export type Asset = typeof Asset.Type

/**
 * Answer of `asset`: `null` when the asset does not exist.
 *
 * @category schemas
 * @since 0.1.0
 */
export const AssetAnswer = Schema.NullOr(Asset).annotate({
  identifier: "AssetAnswer",
  description: "An asset, or null when it does not exist",
})
/**
 * @category models
 * @since 0.1.0
 */
export type AssetAnswer = typeof AssetAnswer.Type
