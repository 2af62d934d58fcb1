/**
 * A panel at the side: one thing of a list, with all that can be done about it. On a narrow screen it takes all of it.
 *
 * What opened it has the focus again when it closes; where that is gone, because it was deleted, the page's content has it.
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
        {/* Not Mantine's header, which would be a second banner of the page. */}
        <div className="dialog-header">
          <Drawer.Title>{title}</Drawer.Title>
          <Drawer.CloseButton aria-label="Close" />
        </div>
        <Drawer.Body>
          {/* The panel itself comes first, not its button to close. */}
          <FocusTrap.InitialFocus />
          {children}
        </Drawer.Body>
      </Drawer.Content>
    </Drawer.Root>
  )
}
