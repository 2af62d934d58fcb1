/**
 * One byte range of RFC 9110 §14. A request for several ranges gets the whole content, as §14.2 allows.
 */

/**
 * First and last byte, inclusive.
 *
 * @category models
 * @since 0.1.0
 */
export interface ByteRange {
  readonly first: number
  readonly last: number
}

/**
 * The range that a `Range` header requests of `size` bytes: `undefined` for the whole content (no header, or one that a server ignores),
 * `"unsatisfiable"` for a range outside of it.
 *
 * @category parsing
 * @since 0.1.0
 */
export const parse = (header: string | undefined, size: number): ByteRange | "unsatisfiable" | undefined => {
  const [, from = "", to = ""] = /^bytes=(\d{0,15})-(\d{0,15})$/i.exec(header?.trim() ?? "") ?? []
  if (from === "" && to === "") return undefined
  const first = from === "" ? Math.max(size - Number(to), 0) : Number(from)
  const last = from === "" || to === "" ? size - 1 : Math.min(Number(to), size - 1)
  if (to !== "" && from !== "" && Number(to) < Number(from)) return undefined
  return first > last || (from === "" && Number(to) === 0) ? "unsatisfiable" : { first, last }
}
