/** Signatures and envelopes: what is believed, and what is not. */
import { createCipheriv, publicEncrypt } from "node:crypto"
import { authorityOf, ecKey, identityOf, now, rsaKey } from "@espalier/testing/Pki"
import { describe, expect, it } from "vitest"
import * as Asn1 from "../src/Asn1.ts"
import { Certificate, Cms } from "../src/index.ts"
import { failed, succeeded } from "./Messages.ts"

const ca = authorityOf("Authority", rsaKey())
const device = identityOf(ca, rsaKey())
const other = identityOf(ca, rsaKey(), { commonName: "other" })
const content = Buffer.from("a property list")

const id = Asn1.objectIdentifier
const attribute = (type: string, value: Uint8Array) => Asn1.sequence(id(type), Asn1.setOf(value))

describe("signatures", () => {
  it.each([
    ["RSA", device],
    ["P-256", identityOf(ca, ecKey("prime256v1"))],
    ["P-384", identityOf(ca, ecKey("secp384r1"))],
  ])("with %s", (_, signer) => {
    for (const digest of Cms.modernDigests) {
      const cms = succeeded(Cms.sign({ content, signer, digest, signingTime: now, certificates: [ca.certificate] }))
      const verified = succeeded(Cms.verify(cms))
      expect(verified).toMatchObject({ digest, signingTime: now, contentType: "1.2.840.113549.1.7.1" })
      expect(Buffer.from(verified.content)).toEqual(content)
      expect(verified.signer.der).toEqual(signer.certificate.der)
      expect(verified.certificates.map(Certificate.fingerprint)).toEqual([Certificate.fingerprint(ca.certificate)])
    }
  })

  it("rejects SHA-1 unless it is allowed", () => {
    const cms = succeeded(Cms.sign({ content, signer: device, digest: "sha1" }))
    expect(failed(Cms.verify(cms)).reason).toBe("Unsupported")
    expect(succeeded(Cms.verify(cms, { digests: ["sha1"] })).digest).toBe("sha1")
  })

  it.each([
    ["secp256k1", ecKey("secp256k1")],
    ["RSA of 1024 bits", rsaKey(1024)],
  ])("rejects a key of %s", (_, key) => {
    const cms = succeeded(Cms.sign({ content, signer: identityOf(ca, key) }))
    expect(failed(Cms.verify(cms)).reason).toBe("Unsupported")
  })

  it("accepts a detached signature for its own content only", () => {
    const cms = succeeded(Cms.sign({ content, signer: device, detached: true }))
    expect(succeeded(Cms.verify(cms, { detached: content })).content).toBe(content)
    expect(failed(Cms.verify(cms, { detached: Buffer.from("another") })).reason).toBe("SignatureInvalid")
    expect(failed(Cms.verify(cms)).reason).toBe("Malformed")
    const attached = succeeded(Cms.sign({ content, signer: device }))
    expect(failed(Cms.verify(attached, { detached: content })).reason).toBe("Malformed")
  })

  it("does not confuse the certificates of two signers", () => {
    expect(failed(Cms.sign({ content, signer: { ...device, privateKey: other.privateKey } })).reason).toBe("Unsignable")
  })

  it("rejects attributes in which a required one is missing or repeated", () => {
    const cms = succeeded(Cms.sign({ content, signer: device }))
    const digest = Asn1.objectIdentifier("1.2.840.113549.1.9.4")
    const at = Buffer.from(cms).indexOf(digest)
    const renamed = Uint8Array.from(cms)
    renamed[at + digest.length - 1] = 0x63
    expect(failed(Cms.verify(renamed)).reason).toBe("SignatureInvalid")
    const type = attribute("1.2.840.113549.1.9.3", id("1.2.840.113549.1.7.1"))
    expect(Buffer.from(cms).indexOf(type)).toBeGreaterThan(0)
    const twice = Cms.sign({ content, signer: device, attributes: [["1.2.840.113549.1.9.3", id("1.2.3")]] })
    expect(failed(Cms.verify(succeeded(twice))).reason).toBe("Malformed")
  })

  it("rejects content of another type", () => {
    const idData = id("1.2.840.113549.1.7.1")
    for (const withoutAttributes of [true, false]) {
      const cms = succeeded(Cms.sign({ content, signer: device, withoutAttributes }))
      // The type of the content comes first; what was signed stays as it was.
      const at = Buffer.from(cms).indexOf(idData) + idData.length - 1
      expect(failed(Cms.verify(Uint8Array.from(cms, (byte, i) => (i === at ? 5 : byte)))).reason).toBe(
        "SignatureInvalid",
      )
    }
  })

  it("requires exactly one signer", () => {
    expect(failed(Cms.verify(Cms.certsOnly([device.certificate]), { detached: content })).reason).toBe("NoSigner")
  })

  it("rejects too large messages without reading them", () => {
    const many = Cms.certsOnly(Array.from({ length: 3000 }, () => device.certificate))
    expect(many.length).toBeGreaterThan(2_000_000)
    const start = performance.now()
    expect(failed(Cms.verify(many)).reason).toBe("TooLarge")
    expect(failed(Cms.verify(many, { maxBytes: 10_000_000 })).reason).toBe("Malformed")
    const some = Cms.certsOnly(Array.from({ length: 17 }, () => device.certificate))
    expect(failed(Cms.verify(some)).reason).toBe("TooLarge")
    expect(performance.now() - start).toBeLessThan(500)
  })
})

describe("certificates-only messages", () => {
  it("are read in their order", () => {
    const certificates = [device.certificate, ca.certificate]
    const read = succeeded(Cms.readCertsOnly(Cms.certsOnly(certificates)))
    expect(read.map(Certificate.fingerprint)).toEqual(certificates.map(Certificate.fingerprint))
  })
})

describe("envelopes", () => {
  it.each(["aes-128-cbc", "aes-256-cbc", "des-ede3-cbc"] as const)("with %s", (cipher) => {
    const cms = succeeded(Cms.envelope(content, device.certificate, cipher))
    expect(succeeded(Cms.open(cms, device))).toMatchObject({ cipher, content: new Uint8Array(content) })
  })

  it("need an RSA key", () => {
    const { certificate } = identityOf(ca, ecKey("prime256v1"))
    expect(failed(Cms.envelope(content, certificate)).reason).toBe("Unsignable")
  })

  /** An envelope of one's own making: any bytes for the key, any bytes for the content. */
  const envelopeOf = (encryptedKey: Uint8Array, encrypted: Uint8Array, iv = new Uint8Array(16), recipients = 1) =>
    Asn1.sequence(
      id("1.2.840.113549.1.7.3"),
      Asn1.tagged(
        0,
        Asn1.sequence(
          Asn1.smallInteger(0),
          Asn1.setOf(
            ...Array.from({ length: recipients }, () =>
              Asn1.sequence(
                Asn1.smallInteger(0),
                Certificate.issuerAndSerialNumber(device.certificate),
                Asn1.algorithm("1.2.840.113549.1.1.1"),
                Asn1.octetString(encryptedKey),
              ),
            ),
          ),
          Asn1.sequence(
            id("1.2.840.113549.1.7.1"),
            Asn1.algorithm("2.16.840.1.101.3.4.1.2", Asn1.octetString(iv)),
            Asn1.taggedPrimitive(0, encrypted),
          ),
        ),
      ),
    )

  const encrypt = (key: Uint8Array, padding = 1) =>
    new Uint8Array(publicEncrypt({ key: device.certificate.x509.publicKey, padding }, key))

  it("fail with one error for another recipient, an invalid key, a short key, bad padding and a truncated block", () => {
    const key = new Uint8Array(16)
    const cipher = createCipheriv("aes-128-cbc", key, key).setAutoPadding(false)
    // A last octet of 0 is no padding, whatever comes before.
    const unpadded = new Uint8Array(cipher.update(new Uint8Array(32)))
    const bad = [
      Cms.open(succeeded(Cms.envelope(content, device.certificate)), other),
      Cms.open(envelopeOf(encrypt(key), unpadded), device),
      Cms.open(envelopeOf(encrypt(key), unpadded.subarray(1)), device),
      Cms.open(envelopeOf(encrypt(key), new Uint8Array()), device),
      Cms.open(envelopeOf(encrypt(new Uint8Array(7)), unpadded.subarray(1)), device),
      Cms.open(envelopeOf(new Uint8Array(256), unpadded.subarray(1)), device),
      Cms.open(envelopeOf(new Uint8Array(5), unpadded.subarray(1)), device),
      Cms.open(envelopeOf(encrypt(key, 4), unpadded.subarray(1)), device),
    ].map(failed)
    const [first] = bad
    expect(first?.reason).toBe("DecryptionFailed")
    for (const error of bad) expect({ ...error, message: error.message }).toEqual({ ...first, message: first?.message })
  })

  it("rejects too many recipients", () => {
    const key = encrypt(new Uint8Array(16))
    const of = (recipients: number) =>
      Cms.open(envelopeOf(key, new Uint8Array(16), new Uint8Array(16), recipients), device)
    expect(failed(of(Cms.maxRecipients)).reason).toBe("DecryptionFailed")
    expect(failed(of(Cms.maxRecipients + 1)).reason).toBe("TooLarge")
  })

  it("rejects an initialisation vector of another length", () => {
    expect(
      failed(Cms.open(envelopeOf(encrypt(new Uint8Array(16)), new Uint8Array(16), new Uint8Array(8)), device)).reason,
    ).toBe("Malformed")
  })
})
