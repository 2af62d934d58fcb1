/**
 * Asks before unsaved changes are lost: when a panel is closed, and when the browser's tab is.
 */
import { Button, Group, Stack, Text } from "@mantine/core"
import { type ReactNode, useCallback, useEffect, useState } from "react"
import { Dialog } from "./Dialog.tsx"

interface UnsavedChanges {
  /** To be called when a form has changes, or has none any more. */
  readonly setChanged: (changed: boolean) => void
  /** Leaves at once, or asks first. */
  readonly leave: () => void
  /** The question, while it is asked. */
  readonly question: ReactNode
}

export const useUnsavedChanges = (onLeave: () => void): UnsavedChanges => {
  const [changed, setChanged] = useState(false)
  const [asking, setAsking] = useState(false)
  useEffect(() => {
    if (!changed) return
    const ask = (event: BeforeUnloadEvent) => event.preventDefault()
    window.addEventListener("beforeunload", ask)
    return () => window.removeEventListener("beforeunload", ask)
  }, [changed])

  const discard = () => {
    setAsking(false)
    setChanged(false)
    onLeave()
  }
  return {
    setChanged: useCallback((now: boolean) => setChanged(now), []),
    leave: () => (changed ? setAsking(true) : onLeave()),
    question: asking ? (
      <Dialog title="Discard changes?" onClose={() => setAsking(false)}>
        <Stack gap="md">
          <Text size="sm">Your changes are not saved.</Text>
          <Group justify="flex-end">
            <Button variant="default" data-autofocus onClick={() => setAsking(false)}>
              Keep editing
            </Button>
            <Button color="red" onClick={discard}>
              Discard
            </Button>
          </Group>
        </Stack>
      </Dialog>
    ) : null,
  }
}
