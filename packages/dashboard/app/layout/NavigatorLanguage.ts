/**
 * An invalid `navigator.language`: Chromium started with `LANG=C.UTF-8` has `en-US@posix`, which `Intl` rejects, and uPlot passes it to `Intl`
 * while its module loads.
 */
const isValid = (language: string): boolean => {
  try {
    return Intl.getCanonicalLocales(language).length > 0
  } catch {
    return false
  }
}

/** Replaces an invalid language by English. To be called before uPlot is loaded. */
export const replaceInvalidLanguage = (): void => {
  if (isValid(navigator.language)) return
  Object.defineProperty(navigator, "language", { value: "en-US", configurable: true })
}
