/**
 * Readable JSON.
 */

/** Indented; text that is not JSON stays unchanged. */
export const prettyJson = (text: string): string => {
  try {
    return JSON.stringify(JSON.parse(text), null, 2)
  } catch {
    return text
  }
}
