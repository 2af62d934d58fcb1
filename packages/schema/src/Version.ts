/**
 * The version of this package. Written by `scripts/version.ts`.
 */

/**
 * The version of this package, which is that of its OpenAPI documents.
 *
 * @category constants
 * @since 0.1.0
 */
export const version = "0.1.0"
