/**
 * A panel at the side for one item of a list. On a narrow screen it fills the screen.
 *
 * When it closes, the focus returns to the element that opened it, or to the page's content if that element was deleted.
 */
import { Drawer, FocusTrap } from "@mantine/core"
import { useMediaQuery } from "@mantine/hooks"
import type { ReactNode } from "react"
import "./dialog.css"

interface SidePanelProps {
  readonly opened: boolean
  readonly title: ReactNode
  readonly onClose: () => void
  readonly children: ReactNode
}

const keepFocus = () => {
  if (document.activeElement === document.body) document.getElementById("content")?.focus()
}

export const SidePanel = ({ opened, title, onClose, children }: SidePanelProps) => {
  const narrow = useMediaQuery("(max-width: 48em)")
  return (
    <Drawer.Root
      opened={opened}
      onClose={onClose}
      onExitTransitionEnd={keepFocus}
      position="right"
      size={narrow ? "100%" : 600}
      padding="lg"
      transitionProps={{ duration: 150 }}
    >
      <Drawer.Overlay />
      <Drawer.Content>
        {/* Not Mantine's header element, which would be a second banner landmark. */}
        <div className="dialog-header">
          <Drawer.Title>{title}</Drawer.Title>
          <Drawer.CloseButton aria-label="Close" />
        </div>
        <Drawer.Body>
          {/* The panel itself takes the focus first, not its close button. */}
          <FocusTrap.InitialFocus />
          {children}
        </Drawer.Body>
      </Drawer.Content>
    </Drawer.Root>
  )
}
