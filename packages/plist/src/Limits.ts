/**
 * How much a document may ask of the machine that reads it.
 *
 * Everything that reads or writes walks containers by recursion, so depth has a ceiling that no option lifts.
 */

/**
 * Limits, all optional.
 *
 * @category models
 * @since 0.1.0
 */
export interface Limits {
  /**
   * How many containers may stand in one another, the outermost counted. Default 64; more than 512 is taken as 512.
   */
  readonly maxDepth?: number | undefined
  /**
   * How large the document may be, in bytes. Default 10 MiB for reading, 64 MiB (in UTF-16 units) for writing XML.
   *
   * A binary property list can name one object many times. It must keep this limit twice: as a file, and as what it stands
   * for with every shared object written out, where one object weighs 8 bytes (`<array/>`, the smallest there is in XML)
   * and its content.
   */
  readonly maxBytes?: number | undefined
}

/**
 * The deepest nesting any option may allow.
 *
 * @category limits
 * @since 0.1.0
 */
export const depthCeiling = 512

/**
 * `maxDepth` as it is enforced.
 *
 * @category limits
 * @since 0.1.0
 */
export const depthOf = (limits: Limits | undefined): number => Math.min(limits?.maxDepth ?? 64, depthCeiling)

/**
 * `maxBytes` for reading, as it is enforced.
 *
 * @category limits
 * @since 0.1.0
 */
export const bytesOf = (limits: Limits | undefined): number => limits?.maxBytes ?? 10 * 1024 * 1024

/**
 * `maxBytes` for writing, as it is enforced.
 *
 * @category limits
 * @since 0.1.0
 */
export const writtenBytesOf = (limits: Limits | undefined): number => limits?.maxBytes ?? 64 * 1024 * 1024
