/**
 * Mantine's theme. Its variables are in `theme.css`, not written into the page by a script: the content security policy allows no inline style.
 */
import { Anchor, createTheme, DEFAULT_THEME, Drawer, defaultVariantColorsResolver, Modal } from "@mantine/core"
import { accentOf } from "./Accent.ts"

export const theme = createTheme({
  primaryColor: "accent",
  // Its shades are unused: the variables of the accent colour are in `theme.css`.
  colors: { accent: DEFAULT_THEME.colors.teal },
  variantColorResolver: (input) => ({
    ...defaultVariantColorsResolver(input),
    ...(input.variant === "filled" && (input.color === undefined || input.color === "accent")
      ? { color: "var(--accent-contrast, #ffffff)" }
      : {}),
  }),
  defaultRadius: "md",
  respectReducedMotion: true,
  components: {
    Anchor: Anchor.extend({ defaultProps: { inherit: true } }),
    // Locking the scroll is react-remove-scroll's, which would write a style element.
    DrawerRoot: Drawer.Root.extend({ defaultProps: { lockScroll: false } }),
    ModalRoot: Modal.Root.extend({ defaultProps: { lockScroll: false } }),
  },
})

/** Sets the variables that `theme.css` reads. */
export const applyAccent = (color: string | undefined): void => {
  if (color === undefined) return
  const { contrast, onLight, onDark } = accentOf(color)
  const { style } = document.documentElement
  style.setProperty("--accent", color)
  style.setProperty("--accent-contrast", contrast)
  style.setProperty("--accent-light", onLight)
  style.setProperty("--accent-dark", onDark)
}
