/**
 * Mantine's theme. Its variables are in `theme.css`, not written into the page by a script: the content security policy allows no inline style.
 */
import { Anchor, createTheme, Drawer, Modal } from "@mantine/core"

export const theme = createTheme({
  primaryColor: "teal",
  defaultRadius: "md",
  respectReducedMotion: true,
  components: {
    Anchor: Anchor.extend({ defaultProps: { inherit: true } }),
    // Locking the scroll is react-remove-scroll's, which would write a style element.
    DrawerRoot: Drawer.Root.extend({ defaultProps: { lockScroll: false } }),
    ModalRoot: Modal.Root.extend({ defaultProps: { lockScroll: false } }),
  },
})
