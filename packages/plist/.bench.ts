import { Plist, PlistJson } from "/work/main/packages/plist/src/index.ts"
import * as Result from "effect/Result"
const enc = new TextEncoder()
const rnd = (n: number) => Uint8Array.from({ length: n }, (_, i) => (i * 7919 + 13) & 255)
const small = { Status: "Acknowledged", UDID: "00008030-001A2B3C4D5E6F70", CommandUUID: "9F3C2A10-7D1E-4B8A-9C55-0A1B2C3D4E5F",
  Topic: "com.apple.mgmt.External.12345678", PushMagic: "0C1D2E3F-1111-2222-3333-444455556666", Token: rnd(32), AwaitingConfiguration: false, NotOnConsole: true, Count: 42, When: new Date("2026-01-01T00:00:00Z") }
const cert = (i: number) => ({ CommonName: `Certificate ${i}`, Data: rnd(900), IsIdentity: i % 2 === 0, NotAfter: new Date(1767225600000 + i * 1000) })
const app = (i: number) => ({ Identifier: `com.example.app${i}`, Name: `Application Number ${i}`, ShortVersion: `1.${i}.0`, Version: `${i}`, BundleSize: 1234567 + i, DynamicSize: i * 1000, IsValidated: true, Installing: false, Rating: 0.5 + i, InstalledOn: new Date(1767225600000 + i * 60000) })
const big = { ...small, CertificateList: Array.from({ length: 300 }, (_, i) => cert(i)), InstalledApplicationList: Array.from({ length: 1000 }, (_, i) => app(i)) }
const bigApps = { ...small, InstalledApplicationList: Array.from({ length: 1800 }, (_, i) => app(i)) }
const crlf = (s: string) => s.replaceAll("\n", "\r\n")
const docs: Record<string, Uint8Array> = {
  small: enc.encode(Result.getOrThrow(Plist.toXml(small))), big: enc.encode(Result.getOrThrow(Plist.toXml(big))), bigApps: enc.encode(Result.getOrThrow(Plist.toXml(bigApps))),
}
const time = (name: string, bytes: number, f: () => unknown) => {
  const until = performance.now() + 700
  while (performance.now() < until) f()
  let best = 0
  for (let round = 0; round < 5; round++) {
    let n = 0
    const start = performance.now()
    let now = start
    while ((now = performance.now()) - start < 300) { for (let k = 0; k < Math.max(1, 50000 / bytes); k++) { f(); n++ } }
    best = Math.max(best, (bytes * n) / (now - start) / 1000)
  }
  console.log(name.padEnd(24), bytes, "bytes", best.toFixed(1), "MB/s")
}
const only = process.argv[2]
for (const [name, bytes] of Object.entries(docs)) {
  if (only && only !== name) continue
  time(`parse ${name}`, bytes.length, () => Plist.parse(bytes))
  if (process.argv[3]) continue
  const value = Result.getOrThrow(Plist.parse(bytes))
  time(`toXml ${name}`, bytes.length, () => Plist.toXml(value))
  time(`fromValue ${name}`, bytes.length, () => PlistJson.fromValue(value))
  const json = Result.getOrThrow(PlistJson.fromValue(value))
  time(`toValue ${name}`, bytes.length, () => PlistJson.toValue(json))
  time(`TextDecoder ${name}`, bytes.length, () => new TextDecoder().decode(bytes))
}
