/** Who is speaking: by signature, or by a proxy's word. */

import { authorityOf, identityOf, rsaKey } from "@espalier/testing/Pki"
import { describe, expect, it } from "vitest"
import * as Asn1 from "../src/Asn1.ts"
import { Certificate, Cms, Identity } from "../src/index.ts"
import { failed, succeeded } from "./Messages.ts"
import { header, leaf } from "./Rfc9440.ts"

const ca = authorityOf("Authority", rsaKey())
const device = identityOf(ca, rsaKey())
const body = Buffer.from("<plist><dict><key>Status</key><string>Idle</string></dict></plist>")

describe("Mdm-Signature", () => {
  it.each([
    { digest: "sha1", withoutAttributes: true },
    { digest: "sha256", withoutAttributes: true },
    { digest: "sha256" },
    { digest: "sha512" },
  ] as const)("names the device that signed with %o", (options) => {
    const signature = succeeded(Identity.toMdmSignature(body, device, options))
    expect(succeeded(Identity.fromMdmSignature(signature, body)).certificate.der).toEqual(device.certificate.der)
    expect(failed(Identity.fromMdmSignature(signature, Buffer.concat([body, body]))).reason).toBe("SignatureInvalid")
  })

  it("reads the indefinite lengths that devices write", () => {
    /** The outer layers of a message: ContentInfo, SignedData, and what stands in it, certificates and signers left alone. */
    const indefinite = (node: Asn1.Node, depth: number): Uint8Array =>
      node.constructed && depth > 0 && node.tag !== Asn1.Set
        ? Buffer.concat([
            Buffer.of(node.raw[0] ?? 0, 0x80),
            ...node.children.map((child) => indefinite(child, depth - 1)),
            Buffer.of(0, 0),
          ])
        : node.raw
    const signature = succeeded(Identity.toMdmSignature(body, device, { digest: "sha1", withoutAttributes: true }))
    const ber = indefinite(succeeded(Asn1.read(Buffer.from(signature, "base64"))), 4)
    const header = Buffer.from(ber).toString("base64")
    expect(header).toMatch(/^MIAGCSqGSIb3DQEHAqCAMIACAQExCzAJBgUrDgMCGgUAMIAGCSqGSIb3DQEHAQAAoIAw/)
    expect(succeeded(Identity.fromMdmSignature(header, body)).certificate.der).toEqual(device.certificate.der)
  })

  // RFC 5652 § 5.1: "certificates" may contain the path from the signer to a recognized root.
  it("returns the intermediate certificates of the signature", () => {
    const cms = Cms.sign({ content: body, signer: device, detached: true, certificates: [leaf] })
    const signature = Buffer.from(succeeded(cms)).toString("base64")
    const { certificate, intermediates } = succeeded(Identity.fromMdmSignature(signature, body))
    expect(Certificate.equals(certificate, device.certificate)).toBe(true)
    expect(intermediates.map(Certificate.fingerprint)).toEqual([Certificate.fingerprint(leaf)])
  })

  it("rejects a signature with content of its own", () => {
    const attached = succeeded(Cms.sign({ content: body, signer: device }))
    const signature = Buffer.from(attached).toString("base64")
    expect(failed(Identity.fromMdmSignature(signature, body)).reason).toBe("Malformed")
  })

  it.each(["", "?", "AAA", "MIIB\nAAAA", Buffer.from("hello").toString("base64")])("rejects %j", (value) => {
    expect(failed(Identity.fromMdmSignature(value, body)).reason).toBe("Malformed")
  })

  it("rejects a too long header without reading it", () => {
    expect(failed(Identity.fromMdmSignature("A".repeat(Identity.maxHeaderLength + 4), body)).reason).toBe("TooLarge")
    expect(failed(Identity.fromHeader("A".repeat(4_000_000))).reason).toBe("TooLarge")
  })
})

describe("a proxy's header", () => {
  const pem = Certificate.toPem(leaf)
  const der = Buffer.from(leaf.der).toString("base64")
  const escaped = encodeURIComponent(pem)

  it.each([
    ["RFC 9440", header],
    ["RFC 9440, as written here", Identity.toHeader(leaf)],
    ["nginx", escaped],
    ["nginx, with + and / left alone", encodeURI(pem)],
    ["Traefik", encodeURIComponent(der)],
    ["Traefik, a chain", `${der},${Buffer.from(device.certificate.der).toString("base64")}`],
    ["Envoy", `By=spiffe://a/b;Hash=468e;Subject="CN=a,O=b";Cert="${escaped}";URI=`],
  ])("%s", (_, value) => {
    const { certificate } = succeeded(Identity.fromHeader(value))
    expect(Certificate.fingerprint(certificate)).toBe(Certificate.fingerprint(leaf))
  })

  it.each([
    ["Traefik", `${der},${Buffer.from(device.certificate.der).toString("base64")},AAAA`],
    ["PEM", encodeURIComponent(pem + Certificate.toPem(device.certificate))],
  ])("reads the intermediate certificates of a chain in %s and skips unreadable ones", (_, value) => {
    const { certificate, intermediates } = succeeded(Identity.fromHeader(value))
    expect([certificate, ...intermediates].map(Certificate.fingerprint)).toEqual(
      [leaf, device.certificate].map(Certificate.fingerprint),
    )
  })

  it.each([
    ["nothing", ""],
    ["two byte sequences", `${header}, ${header}`],
    ["a byte sequence with a parameter", `${header};a=1`],
    ["a byte sequence without an end", header.slice(0, -1)],
    ["broken escapes", "%"],
    ["two hops of Envoy", `Cert="${escaped}",Cert="${escaped}"`],
    ["a certificate with a tail", `:${Buffer.concat([leaf.der, Buffer.of(0)]).toString("base64")}:`],
    ["a key", "-----BEGIN PRIVATE KEY-----"],
  ])("rejects %s without showing it", (_, value) => {
    const error = failed(Identity.fromHeader(value))
    expect(error.reason).toBe("Malformed")
    if (value.length > 3) expect(error.message).not.toContain(value.slice(0, 10))
  })
})
