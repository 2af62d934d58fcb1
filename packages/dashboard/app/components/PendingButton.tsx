/**
 * A button that is disabled while its action runs. Browsers take the focus from a disabled button: it returns when the action is finished, unless
 * the focus has moved elsewhere.
 */
import { Button, type ButtonProps } from "@mantine/core"
import { useMergedRef } from "@mantine/hooks"
import { type ComponentProps, useLayoutEffect, useRef } from "react"

type PendingButtonProps = Omit<ButtonProps, "loading"> &
  Omit<ComponentProps<"button">, keyof ButtonProps> & { readonly pending: boolean }

export const PendingButton = ({ pending, ref, ...rest }: PendingButtonProps) => {
  const place = useRef<HTMLButtonElement>(null)
  const merged = useMergedRef(place, ref)
  const before = useRef(false)
  useLayoutEffect(() => {
    if (before.current && document.activeElement === document.body) place.current?.focus()
    before.current = pending
  }, [pending])
  return <Button ref={merged} loading={pending} {...rest} />
}
