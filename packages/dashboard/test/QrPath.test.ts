import { describe, expect, it } from "@effect/vitest"
import decodeQR from "qr/decode.js"
import { qrPath } from "../app/Devices/QrPath.ts"

/** Draws the path as a camera would see it: eight pixels a module, black on white. */
const drawn = (text: string) => {
  const { size, path } = qrPath(text)
  const width = size * 8
  const data = new Uint8Array(width * width * 4).fill(255)
  for (const [, x, y] of path.matchAll(/M(\d+) (\d+)h1v1h-1z/g)) {
    for (let row = 0; row < 8; row++) {
      for (let column = 0; column < 8; column++) {
        const pixel = ((Number(y) * 8 + row) * width + Number(x) * 8 + column) * 4
        data.fill(0, pixel, pixel + 3)
      }
    }
  }
  return { width, height: width, data }
}

describe("a QR code", () => {
  it.each([
    "http://localhost:8080/mdm/apple/enroll?token=eyJpZCI6IjEifQ.abc",
    `https://mdm.example.com/mdm/apple/enroll?token=${"x".repeat(300)}`,
  ])("is read as its text (%s)", (text) => expect(decodeQR(drawn(text))).toBe(text))
})
