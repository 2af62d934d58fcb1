/**
 * A QR code as the path of an SVG, with the quiet zone of four modules that readers need (ISO/IEC 18004).
 */
import encodeQR from "qr"

export interface QrPath {
  /** Width and height in modules. */
  readonly size: number
  /** One square for each dark module. */
  readonly path: string
}

export const qrPath = (text: string): QrPath => {
  const rows = encodeQR(text, "raw", { ecc: "medium", border: 4 })
  const path = rows.flatMap((row, y) => row.flatMap((dark, x) => (dark ? [`M${x} ${y}h1v1h-1z`] : []))).join("")
  return { size: rows.length, path }
}
