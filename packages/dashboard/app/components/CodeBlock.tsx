/**
 * Longer text, such as JSON, a property list or a response body, with a button to copy it. It scrolls, also by keyboard.
 */
import { ActionIcon } from "@mantine/core"
import { useClipboard } from "@mantine/hooks"
import IconCheck from "@tabler/icons-react/dist/esm/icons/IconCheck.mjs"
import IconCopy from "@tabler/icons-react/dist/esm/icons/IconCopy.mjs"
import { useToast } from "./Toaster.tsx"
import "./CodeBlock.css"

export const CodeBlock = ({ text, label }: { readonly text: string; readonly label: string }) => {
  const { copied, copy } = useClipboard({ timeout: 2000 })
  const toast = useToast()
  return (
    <div className="code-block">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrollable region must be reachable by keyboard (WCAG 2.1.1). */}
      <figure tabIndex={0} aria-label={label}>
        <pre>{text}</pre>
      </figure>
      <ActionIcon
        className="code-block-copy"
        variant="default"
        aria-label={`Copy: ${label}`}
        onClick={() => {
          copy(text)
          toast("Copied")
        }}
      >
        {copied ? <IconCheck size={14} aria-hidden /> : <IconCopy size={14} aria-hidden />}
      </ActionIcon>
    </div>
  )
}
