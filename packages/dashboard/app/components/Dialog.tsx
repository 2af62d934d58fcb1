/**
 * A modal dialog for one short task.
 */
import { Modal } from "@mantine/core"
import type { ReactNode } from "react"
import "./dialog.css"

interface DialogProps {
  readonly title: string
  readonly onClose: () => void
  readonly children: ReactNode
}

export const Dialog = ({ title, onClose, children }: DialogProps) => (
  <Modal.Root opened onClose={onClose} centered padding="lg">
    <Modal.Overlay />
    <Modal.Content>
      {/* Not Mantine's header element, which would be a second banner landmark. */}
      <div className="dialog-header">
        <Modal.Title>{title}</Modal.Title>
        <Modal.CloseButton aria-label="Close" />
      </div>
      <Modal.Body>{children}</Modal.Body>
    </Modal.Content>
  </Modal.Root>
)
