/**
 * Every accent colour gets readable variants: WCAG 2.2, 1.4.3 requires a contrast of 4.5 to 1.
 */
import { describe, expect, it } from "@effect/vitest"
import { accentOf } from "../app/layout/Accent.ts"

/** Relative luminance by WCAG's definition. */
const luminanceOf = (color: string): number => {
  const hex = /^#(..)(..)(..)$/.exec(color)
  const rgb = /^rgba?\((\d+), (\d+), (\d+)/.exec(color)
  const channels = (hex?.slice(1).map((part) => Number.parseInt(part, 16)) ?? rgb?.slice(1).map(Number) ?? []).map(
    (value) => {
      const part = value / 255
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
    },
  )
  const [red = Number.NaN, green = Number.NaN, blue = Number.NaN] = channels
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

const contrast = (one: string, other: string): number => {
  const [light = 0, dark = 0] = [luminanceOf(one), luminanceOf(other)].sort((a, b) => b - a)
  return (light + 0.05) / (dark + 0.05)
}

const colors = ["#087f5b", "#ff0000", "#ffff00", "#0000ff", "#000000", "#ffffff", "#808080", "#ff69b4", "#7f00ff"]

describe("an accent colour", () => {
  it.each(colors)("has readable text on it, and is readable on light and dark ground (%s)", (color) => {
    const { contrast: text, onLight, onDark } = accentOf(color)
    expect(contrast(text, color)).toBeGreaterThanOrEqual(4.5)
    for (const ground of ["#ffffff", "#f6f7f8"]) expect(contrast(onLight, ground)).toBeGreaterThanOrEqual(4.5)
    for (const ground of ["#121417", "#1b1e22"]) expect(contrast(onDark, ground)).toBeGreaterThanOrEqual(4.5)
  })
})
