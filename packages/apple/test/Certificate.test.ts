/** Certificates: read, issued, followed to a root. */
import { createPublicKey, sign } from "node:crypto"
import { authorityOf, ecKey, identityOf, inDays, now, rsaKey } from "@espalier/testing/Pki"
import { describe, expect, it } from "vitest"
import * as Asn1 from "../src/Asn1.ts"
import { Certificate } from "../src/index.ts"
import { failed, succeeded } from "./Messages.ts"
import { intermediate, leaf, root } from "./Rfc9440.ts"

const [caKey, otherKey, deviceKey] = [rsaKey(), rsaKey(), rsaKey()]
const ca = authorityOf("Authority", caKey)
const device = identityOf(ca, deviceKey)

describe("reading", () => {
  it("reads the same certificate from PEM and DER", () => {
    const { der } = device.certificate
    const pem = Certificate.toPem(device.certificate)
    for (const input of [der, pem, Buffer.from(`some text\n${pem}`)]) {
      expect(Certificate.equals(succeeded(Certificate.parse(input)), device.certificate)).toBe(true)
    }
    expect(Certificate.fingerprint(device.certificate)).toMatch(/^[0-9a-f]{64}$/)
    expect(Certificate.subjectText(device.certificate)).toBe("CN=device")
  })

  it("rejects more than 64 KiB without reading it", () => {
    const huge = new Uint8Array(10_000_000).fill(0x30)
    expect(failed(Certificate.fromDer(huge)).reason).toBe("TooLarge")
    expect(failed(Certificate.parse(huge.fill(0x2d))).reason).toBe("TooLarge")
    expect(failed(Certificate.fromPem("-".repeat(10_000_000))).reason).toBe("TooLarge")
  })

  it("rejects a certificate that is BER but not DER", () => {
    const { der } = device.certificate
    expect([der[0], der[1]]).toEqual([0x30, 0x82])
    const longer = Uint8Array.from([0x30, 0x83, 0, ...der.subarray(2)])
    expect(failed(Certificate.fromDer(longer)).reason).toBe("Malformed")
  })

  it("rejects a repeated extension", () => {
    const [tbs, algorithm] = succeeded(Asn1.read(device.certificate.der)).children
    const [extensions] = tbs?.children.at(-1)?.children ?? []
    const list = extensions?.children.map(({ raw }) => raw) ?? []
    const withExtensions = (raw: ReadonlyArray<Uint8Array>) => {
      const fields = tbs?.children.slice(0, -1).map(({ raw }) => raw) ?? []
      const signed = Asn1.sequence(...fields, Asn1.tagged(3, Asn1.sequence(...raw)))
      const signature = Asn1.bitString(sign("sha256", signed, caKey))
      return Certificate.fromDer(Asn1.sequence(signed, algorithm?.raw ?? new Uint8Array(), signature))
    }
    expect(succeeded(withExtensions(list)).der).toEqual(device.certificate.der)
    expect(failed(withExtensions([...list, ...list.slice(-1)])).reason).toBe("Malformed")
  })

  it("rejects bytes after the certificate", () => {
    const der = Uint8Array.from([...device.certificate.der, 0])
    expect(failed(Certificate.fromDer(der)).reason).toBe("Malformed")
  })
})

describe("issuing", () => {
  it("issues a device certificate for client authentication", () => {
    const { x509 } = device.certificate
    expect(x509.ca).toBe(false)
    expect(x509.keyUsage).toEqual(["1.3.6.1.5.5.7.3.2"])
    expect(x509.serialNumber).toMatch(/^[4-7C-F][0-9A-F]{31}$/)
    expect(x509.checkIssued(ca.certificate.x509)).toBe(true)
    expect(Certificate.validity(device.certificate)).toEqual({
      from: new Date(now.getTime() - Certificate.backdatedMillis),
      to: inDays(365),
    })
  })

  it("does not issue beyond the authority's validity", () => {
    const { certificate } = identityOf(ca, deviceKey, { days: 36_500 })
    expect(certificate.x509.validToDate).toEqual(ca.certificate.x509.validToDate)
  })

  it("copies a requested name byte for byte", () => {
    const subject = succeeded(Certificate.encodeName({ organization: "Größe", commonName: "x", serialNumber: "C02" }))
    const options = { authority: ca, publicKey: createPublicKey(deviceKey), at: now, days: 1 }
    expect(succeeded(Certificate.issue({ ...options, subject })).subject).toEqual(subject)
  })

  it.each([
    ["an authority of 1024 bits", { privateKey: rsaKey(1024) }],
    ["an authority with an elliptic curve", { privateKey: ecKey("prime256v1") }],
    ["no days", { days: 0 }],
    ["days without end", { days: Number.POSITIVE_INFINITY }],
    ["no moment", { at: new Date(Number.NaN) }],
    ["an empty name part", { subject: { commonName: "" } }],
    ["a country of three letters", { subject: { country: "DEU" } }],
    ["a name that is not one", { subject: Uint8Array.of(4, 0) }],
  ])("refuses %s", (_, wrong) => {
    const options = { privateKey: caKey, subject: { commonName: "CA" }, at: now, days: 1, ...wrong }
    expect(failed(Certificate.selfSignedCa(options)).reason).toBe("Unissuable")
  })
})

describe("verifying a chain", () => {
  const verify = Certificate.verifyChain

  it("verifies the chain of RFC 9440, appendix A, in any order", () => {
    const at = new Date("2020-06-01")
    const chain = succeeded(verify(leaf, [root, intermediate], [root], at))
    expect(chain.map(Certificate.fingerprint)).toEqual([leaf, intermediate, root].map(Certificate.fingerprint))
  })

  it("reports a certificate that is expired or not yet valid", () => {
    const roots = [ca.certificate]
    expect(failed(verify(device.certificate, [], roots, inDays(366))).reason).toBe("Expired")
    expect(failed(verify(device.certificate, [], roots, inDays(-1))).reason).toBe("NotYetValid")
    // The leaf is in date, the intermediate is not.
    expect(failed(verify(leaf, [intermediate], [root], new Date("2020-01-14T22:00:00Z"))).reason).toBe("NotYetValid")
  })

  it("trusts the roots only", () => {
    const impostor = authorityOf("Authority", otherKey)
    const reasonOf = (roots: ReadonlyArray<Certificate.Certificate>) =>
      failed(verify(device.certificate, [], roots, now)).reason
    expect(reasonOf([])).toBe("UntrustedIssuer")
    expect(reasonOf([impostor.certificate])).toBe("UntrustedIssuer")
    // A candidate does not become a root by being sent along.
    expect(failed(verify(device.certificate, [ca.certificate], [root], now)).reason).toBe("UntrustedIssuer")
  })

  it("rejects a certificate that a device signed", () => {
    const forged = identityOf(device, otherKey, { commonName: "forged" })
    expect(failed(verify(forged.certificate, [device.certificate], [ca.certificate], now)).reason).toBe("BadChain")
  })

  it("limits the number of candidates that it verifies", () => {
    const twins = Array.from({ length: 40 }, () => ca.certificate)
    expect(failed(verify(device.certificate, twins, [], now)).reason).toBe("BadChain")
    const lookalikes = Array.from({ length: 40 }, () => authorityOf("Authority", otherKey).certificate)
    expect(failed(verify(device.certificate, [], lookalikes, now)).reason).toBe("BadChain")
  })
})
