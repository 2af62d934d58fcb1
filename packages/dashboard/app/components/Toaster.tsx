/**
 * Short confirmations, such as "Saved": shown for a few seconds and announced to screen readers.
 */
import IconCheck from "@tabler/icons-react/dist/esm/icons/IconCheck.mjs"
import { createContext, type ReactNode, useCallback, useContext, useEffect, useState } from "react"
import "./Toaster.css"

const Toast = createContext<(text: string) => void>(() => {})

/** A function that shows a confirmation. */
export const useToast = () => useContext(Toast)

/** How long a confirmation is visible, in milliseconds. */
const visibleFor = 4000

export const Toaster = ({ children }: { readonly children: ReactNode }) => {
  const [toast, setToast] = useState({ text: "", count: 0 })
  const show = useCallback((text: string) => setToast(({ count }) => ({ text, count: count + 1 })), [])
  useEffect(() => {
    if (toast.text === "") return
    const timer = setTimeout(() => setToast(({ count }) => ({ text: "", count })), visibleFor)
    return () => clearTimeout(timer)
  }, [toast])
  return (
    <Toast value={show}>
      {children}
      <div role="status" className="toaster">
        {toast.text === "" ? null : (
          // The same text twice is announced twice.
          <span key={toast.count} className="toast">
            <IconCheck size={16} aria-hidden />
            {toast.text}
          </span>
        )}
      </div>
    </Toast>
  )
}
