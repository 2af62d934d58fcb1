/** The names of a SCEP payload as OpenSSL reads them in a certificate. */

import { rsaKey } from "@espalier/testing/Pki"
import { Result } from "effect"
import { expect, it } from "vitest"
import { Certificate } from "../src/index.ts"

const key = rsaKey()

const subjectOf = (subject: Certificate.Subject): string =>
  Certificate.subjectText(Result.getOrThrow(Certificate.temporary({ privateKey: key, subject, at: new Date() })))

it.each<readonly [subject: Certificate.NamePairs, text: string]>([
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
])("encodes %j", (subject, text) => {
  expect(subjectOf(subject)).toBe(text)
})

it.each<readonly [subject: Certificate.NamePairs]>([
  [[[["DC", "example"]]]],
  [[[["1", "x"]]]],
  [[[["1.40.1", "x"]]]],
  [[[["3.1", "x"]]]],
  [[[["constructor", "x"]]]],
  [[[["CN", "x".repeat(513)]]]],
  [Array.from({ length: 33 }, () => [["CN", "x"]] as const)],
])("rejects %j", (subject) => {
  expect(Certificate.encodeName(subject)).toMatchObject({ failure: { reason: "Unissuable" } })
})

// RFC 5280, Appendix A.1: X520countryName and X520SerialNumber are PrintableString; X.690 § 8.19.4 for the identifiers.
it("writes a serial number as a PrintableString and an unknown type by its identifier", () => {
  const der = Result.getOrThrow(Certificate.encodeName([[["2.5.4.5", "F17"]], [["2.999.3", "x"]]]))
  expect(Buffer.from(der).toString("hex")).toBe("301a310c300a06035504051303463137310a300806038837030c0178")
})
