/**
 * A button that asks for confirmation in place before it does something that cannot be undone.
 */
import { Button, Group, type MantineColor, Text } from "@mantine/core"
import { type ReactNode, useEffect, useId, useRef, useState } from "react"
import { PendingButton } from "./PendingButton.tsx"
import "./Confirm.css"

interface ConfirmProps {
  readonly label: ReactNode
  readonly question: string
  readonly yes: string
  readonly color?: MantineColor
  readonly pending: boolean
  readonly onConfirm: () => void
}

/** Otherwise Escape would close the panel around it too. */
const keepEscape = { "data-mantine-stop-propagation": true }

export const Confirm = ({ label, question, yes, color = "red", pending, onConfirm }: ConfirmProps) => {
  const [asking, setAsking] = useState(false)
  const first = useRef<HTMLButtonElement>(null)
  const back = useRef<HTMLButtonElement>(null)
  const id = useId()
  const leave = () => {
    setAsking(false)
    requestAnimationFrame(() => back.current?.focus())
  }
  useEffect(() => {
    if (asking) first.current?.focus()
  }, [asking])

  if (!asking) {
    return (
      <PendingButton ref={back} pending={pending} variant="light" color={color} onClick={() => setAsking(true)}>
        {label}
      </PendingButton>
    )
  }
  return (
    <div
      className="confirm"
      role="alertdialog"
      aria-labelledby={id}
      onKeyDown={(event) => {
        if (event.key === "Escape") leave()
      }}
    >
      <Text id={id} size="sm">
        {question}
      </Text>
      <Group gap="xs" mt="xs">
        <Button ref={first} variant="default" size="xs" onClick={leave} {...keepEscape}>
          Cancel
        </Button>
        <Button
          {...keepEscape}
          color={color}
          size="xs"
          onClick={() => {
            onConfirm()
            leave()
          }}
        >
          {yes}
        </Button>
      </Group>
    </div>
  )
}
