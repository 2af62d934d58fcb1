/**
 * What has come because of something that was done: it takes the focus, and is brought into sight.
 */
import { type ReactNode, useLayoutEffect, useRef } from "react"
import "./dialog.css"

export const Arrival = ({ children }: { readonly children: ReactNode }) => {
  const place = useRef<HTMLDivElement>(null)
  useLayoutEffect(() => {
    place.current?.focus({ preventScroll: true })
    place.current?.scrollIntoView({ block: "nearest" })
  }, [])
  return (
    <div ref={place} className="arrival" tabIndex={-1}>
      {children}
    </div>
  )
}
