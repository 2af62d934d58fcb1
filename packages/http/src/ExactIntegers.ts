/**
 * JSON with integers beyond 2^53. `JSON.parse` rounds them; here such an integer is `{"$integer": "9007199254740993"}` while the JSON is a value.
 */

/** A string with the colon that makes it a key, or a number. Whatever is not one of them is skipped. */
const token = /("(?:[^"\\]|\\.)*")(\s*:)?|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g
const key = /^"\$+integer"$/
const integer = /^-?\d{16,}$/
const worthReading = /\d{16}|\$integer/

/**
 * Rewrites a JSON text so that `JSON.parse` keeps its integers beyond 2^53, as `{"$integer": …}`. With `escapesKeys`, a key `$integer` of the
 * document itself gets one `$` more.
 *
 * @category conversions
 * @since 0.1.0
 */
export const wrap = (text: string, { escapesKeys }: { readonly escapesKeys: boolean }): string =>
  worthReading.test(text)
    ? text.replaceAll(token, (found: string, string: string | undefined, colon: string | undefined) => {
        if (string !== undefined) {
          return escapesKeys && colon !== undefined && key.test(string) ? `"$${string.slice(1)}${colon}` : found
        }
        return integer.test(found) && !Number.isSafeInteger(Number(found)) ? `{"$integer":"${found}"}` : found
      })
    : text

/** What `JSON.stringify` writes for a wrapper, or a key that {@link wrap} changed, or any other string. */
const written = /\{"\$integer":"(-?(?:0|[1-9]\d*))"\}|("(?:[^"\\]|\\.)*")(:)?/g
const changedKey = /^"\$\$+integer"$/

/**
 * The opposite of {@link wrap}, for the text that `JSON.stringify` returned without indentation.
 *
 * @category conversions
 * @since 0.1.0
 */
export const unwrap = (text: string): string =>
  text.includes('$integer"')
    ? text.replaceAll(
        written,
        (found: string, digits: string | undefined, string: string | undefined, colon: string | undefined) => {
          if (digits !== undefined) return digits
          return string !== undefined && colon !== undefined && changedKey.test(string)
            ? `"${string.slice(2)}${colon}`
            : found
        },
      )
    : text
