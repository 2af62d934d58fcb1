/**
 * A QR code, black on white in every colour scheme.
 */
import { useMemo } from "react"
import { qrPath } from "./QrPath.ts"
import "./QrCode.css"

export const QrCode = ({ text, label }: { readonly text: string; readonly label: string }) => {
  const { size, path } = useMemo(() => qrPath(text), [text])
  return (
    <svg className="qr-code" viewBox={`0 0 ${size} ${size}`} role="img" aria-label={label}>
      <path d={path} />
    </svg>
  )
}
