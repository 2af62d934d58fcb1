/**
 * One byte range of RFC 9110 §14. Several ranges in one request are answered with the whole, as §14.2 allows.
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
 * What a `Range` header asks of `size` bytes: `undefined` for the whole (no header, or one that a server ignores),
 * `"unsatisfiable"` for nothing that is there.
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
