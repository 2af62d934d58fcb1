/**
 * Faults that a tolerant reader accepts: it notes them and goes on, where a strict one fails.
 */
import type { PlistError } from "./PlistError.ts"

/**
 * The faults that were accepted so far; `undefined` in a strict reader.
 *
 * @category models
 * @since 0.1.0
 */
export type Tolerated = Array<PlistError> | undefined

/** Each error is located by a walk through the document, so only the first ones are noted. */
const maxNoted = 16

/**
 * Notes a fault, or throws it in a strict reader.
 *
 * @category operations
 * @since 0.1.0
 */
export const tolerate = (tolerated: Tolerated, fault: () => PlistError): void => {
  if (tolerated === undefined) throw fault()
  if (tolerated.length < maxNoted) tolerated.push(fault())
}
