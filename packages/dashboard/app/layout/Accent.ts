/**
 * Readable variants of an accent colour: for text on it, and for text in it on a light and on a dark ground.
 */
import { darken, lighten, luminance } from "@mantine/core"

export interface Accent {
  /** Text on the colour: white or black. */
  readonly contrast: "#ffffff" | "#000000"
  /** The colour as text on a light ground. */
  readonly onLight: string
  /** The colour as text on a dark ground. */
  readonly onDark: string
}

/** WCAG 2.2, 1.4.3: 4.5 to 1, and some reserve for tinted grounds. */
const required = 5.6

/** The contrast ratio of two relative luminances. */
const ratio = (one: number, other: number) => (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05)

/** The luminance of the darkest light ground, and of the lightest dark ground. */
const lightGround = luminance("#e6ecea")
const darkGround = luminance("#26302e")

/** The smallest change of the colour with enough contrast. */
const readable = (color: string, ground: number, change: (color: string, alpha: number) => string): string => {
  for (let alpha = 0; alpha < 1; alpha += 0.05) {
    const changed = change(color, alpha)
    if (ratio(luminance(changed), ground) >= required) return changed
  }
  return change(color, 1)
}

export const accentOf = (color: string): Accent => ({
  contrast: ratio(luminance(color), 1) >= 4.5 ? "#ffffff" : "#000000",
  onLight: readable(color, lightGround, darken),
  onDark: readable(color, darkGround, lighten),
})
