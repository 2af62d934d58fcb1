/**
 * Takes the focus when it appears, and scrolls into view: for the result of an action.
 */
import { type ReactNode, useLayoutEffect, useRef } from "react"
import "./dialog.css"

export const FocusOnMount = ({ children }: { readonly children: ReactNode }) => {
  const place = useRef<HTMLDivElement>(null)
  useLayoutEffect(() => {
    place.current?.focus({ preventScroll: true })
    place.current?.scrollIntoView({ block: "nearest" })
  }, [])
  return (
    <div ref={place} className="focus-on-mount" tabIndex={-1}>
      {children}
    </div>
  )
}
