/**
 * The path of a request, which has an origin in fetch runtimes and none in Node.
 */

/**
 * Returns the path of a URL, without its origin and its query.
 *
 * @category conversions
 * @since 0.1.0
 */
export const pathOf = (url: string): string => url.replace(/^[a-z]+:\/\/[^/?#]*/i, "").split(/[?#]/, 1)[0] ?? ""
