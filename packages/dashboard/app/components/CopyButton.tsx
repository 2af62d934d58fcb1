/**
 * Copies a text to the clipboard and confirms it.
 */
import { Button } from "@mantine/core"
import { useClipboard } from "@mantine/hooks"
import IconCheck from "@tabler/icons-react/dist/esm/icons/IconCheck.mjs"
import IconCopy from "@tabler/icons-react/dist/esm/icons/IconCopy.mjs"
import { useToast } from "./Toaster.tsx"

export const CopyButton = ({ text, label = "Copy" }: { readonly text: string; readonly label?: string }) => {
  const { copied, copy } = useClipboard({ timeout: 2000 })
  const toast = useToast()
  return (
    <Button
      size="xs"
      variant="default"
      leftSection={copied ? <IconCheck size={14} aria-hidden /> : <IconCopy size={14} aria-hidden />}
      onClick={() => {
        copy(text)
        toast("Copied")
      }}
    >
      {copied ? "Copied" : label}
    </Button>
  )
}
