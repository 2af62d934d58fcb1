/**
 * Announces results, such as "Saved", to screen readers.
 */
import { VisuallyHidden } from "@mantine/core"
import { createContext, type ReactNode, useCallback, useContext, useState } from "react"

const Announce = createContext<(text: string) => void>(() => {})

export const useAnnounce = () => useContext(Announce)

export const Announcer = ({ children }: { readonly children: ReactNode }) => {
  const [said, setSaid] = useState({ text: "", count: 0 })
  const announce = useCallback((text: string) => setSaid(({ count }) => ({ text, count: count + 1 })), [])
  return (
    <Announce value={announce}>
      {children}
      <VisuallyHidden role="status">
        {/* The same text twice is announced twice. */}
        <span key={said.count}>{said.text}</span>
      </VisuallyHidden>
    </Announce>
  )
}
