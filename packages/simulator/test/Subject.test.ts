/** Names in a SCEP payload become names in a certificate, as OpenSSL reads them. */
import { expect, it } from "@effect/vitest"
import { Certificate } from "@espalier/apple"
import { Result } from "effect"
import { type Subject, toDer } from "../src/Subject.ts"
import { tls } from "./Authority.ts"

const read = (der: Uint8Array): string =>
  Certificate.subjectText(
    Result.getOrThrow(Certificate.temporary({ privateKey: tls.key, subject: der, at: new Date() })),
  )

it.each<readonly [subject: Subject, text: string]>([
  [[[["C", "US"]], [["O", "Apple Inc."]], [["CN", "foo"]]], "C=US\nO=Apple Inc.\nCN=foo"],
  [[[["ST", "Île-de-France"]], [["L", "Paris"]], [["OU", "Gerät"]]], "ST=Île-de-France\nL=Paris\nOU=Gerät"],
  [
    [[["2.5.4.5", "F17XK2ABCD"]], [["1.2.840.113549.1.9.1", "a@b.example"]]],
    "serialNumber=F17XK2ABCD\nemailAddress=a@b.example",
  ],
  [[[["1.2.5.3", "bar"]]], "1.2.5.3=bar"],
  [[[["2.999.3", "two"]]], "2.999.3=two"],
  [[[["CN", "x".repeat(300)]]], `CN=${"x".repeat(300)}`],
  [
    [
      [
        ["OU", "b"],
        ["CN", "a"],
      ],
    ],
    "CN=a + OU=b",
  ],
])("%j", (subject, text) => {
  const der = toDer(subject)
  expect(der && read(der)).toBe(text)
})

it.each<readonly [subject: Subject]>([
  [[[["DC", "example"]]]],
  [[[["1", "x"]]]],
  [[[["1.40.1", "x"]]]],
  [[[["3.1", "x"]]]],
  [[[["constructor", "x"]]]],
  [[[["CN", "x".repeat(513)]]]],
  [Array.from({ length: 33 }, () => [["CN", "x"]] as const)],
])("is no name: %j", (subject) => {
  expect(toDer(subject)).toBeUndefined()
})
