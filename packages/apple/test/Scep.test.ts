/** Enrollment by SCEP: requests of a device and the responses of the authority. */
import { createPublicKey, sign } from "node:crypto"
import { authorityOf, ecKey, identityOf, inDays, now, rsaKey } from "@espalier/testing/Pki"
import { Redacted, Result } from "effect"
import { describe, expect, it } from "vitest"
import * as Asn1 from "../src/Asn1.ts"
import { Certificate, Cms, Scep } from "../src/index.ts"
import * as PkiMessage from "../src/Scep/PkiMessage.ts"
import { failed, succeeded } from "./Messages.ts"

const [caKey, deviceKey, nextKey, otherAuthorityKey] = [rsaKey(), rsaKey(), rsaKey(), rsaKey()]
const ca = authorityOf("Authority", caKey)
const otherAuthority = authorityOf("Authority", otherAuthorityKey)
const challengePassword = Redacted.make("once-only, für Gerät 1")
const subject = { organization: "Acme", commonName: "device" }
const base = { privateKey: deviceKey, subject, authority: ca.certificate, challengePassword, at: now }

/** What the server does: receives, issues, answers. */
const serve = (message: Uint8Array, at = now) =>
  Result.map(Scep.receive(message, ca, at), (received) => {
    const { publicKey, subject } = received.request
    const issued = succeeded(Certificate.issue({ authority: ca, publicKey, subject, at, days: 365 }))
    return { received, issued, answer: succeeded(Scep.success(ca, received, issued)) }
  })

describe("enrolling", () => {
  it.each([
    { cipher: "aes-256-cbc", digest: "sha256" },
    { cipher: "aes-128-cbc", digest: "sha512" },
    { cipher: "des-ede3-cbc", digest: "sha1" },
  ] as const)("with $cipher and $digest", ({ cipher, digest }) => {
    const pending = succeeded(Scep.pkcsReq({ ...base, cipher, digest }))
    const { received, issued, answer } = succeeded(serve(pending.message))
    expect(received).toMatchObject({ _tag: "PKCSReq", cipher, digest })
    expect(received.transaction.transactionId).toBe(pending.transactionId)
    expect(received.request.challengePassword && Redacted.value(received.request.challengePassword)).toBe(
      Redacted.value(challengePassword),
    )
    expect(issued.subject).toEqual(succeeded(Certificate.encodeName(subject)))
    const verified = succeeded(Cms.verify(answer))
    expect(verified.digest).toBe(digest === "sha1" ? "sha256" : digest)
    const reply = succeeded(Scep.readCertRep(answer, pending))
    expect(reply._tag === "Success" && Certificate.equals(reply.certificate, issued)).toBe(true)
    expect(Result.isSuccess(Certificate.verifyChain(issued, [], [ca.certificate], now))).toBe(true)
  })

  it("recognises a repeated request", () => {
    const fingerprint = (options: Partial<typeof base>) =>
      succeeded(serve(succeeded(Scep.pkcsReq({ ...base, ...options })).message)).received.fingerprint
    expect(fingerprint({})).toBe(fingerprint({}))
    expect(fingerprint({ privateKey: nextKey })).not.toBe(fingerprint({}))
  })

  // RFC 8894 § 2.3 is a SHOULD. Recorded from OS X: micromdm/scep, testdata/PKCSReq.der.
  it("accepts a request that is signed with another key, as macOS sends it", () => {
    const signer = { privateKey: nextKey, subject: { country: "US", commonName: "MDM SCEP SIGNER" } }
    const pending = succeeded(Scep.pkcsReq({ ...base, signer }))
    const { received, issued, answer } = succeeded(serve(pending.message))
    expect(received.signer.x509.checkPrivateKey(nextKey)).toBe(true)
    expect(issued.x509.checkPrivateKey(deviceKey)).toBe(true)
    expect(succeeded(Scep.readCertRep(answer, pending))).toMatchObject({ _tag: "Success" })
  })

  it("accepts a request without a challenge", () => {
    const { challengePassword: _, ...without } = base
    const { received } = succeeded(serve(succeeded(Scep.pkcsReq(without)).message))
    expect(received.request.challengePassword).toBeUndefined()
  })
})

describe("renewing", () => {
  const present = identityOf(ca, deviceKey)
  const renewal = { ...base, privateKey: nextKey, present }

  it("certifies a new key for the holder of the current certificate", () => {
    const pending = succeeded(Scep.renewalReq(renewal))
    const { received, issued, answer } = succeeded(serve(pending.message))
    expect(received._tag).toBe("RenewalReq")
    expect(Certificate.equals(received.signer, present.certificate)).toBe(true)
    const reply = succeeded(Scep.readCertRep(answer, pending))
    expect(reply._tag === "Success" && Certificate.equals(reply.certificate, issued)).toBe(true)
  })

  it.each([
    ["another authority", identityOf(otherAuthority, deviceKey), "badMessageCheck"],
    ["itself", otherAuthority, "badMessageCheck"],
    ["the authority", ca, "badRequest"],
    ["an authority in its own time", identityOf(ca, deviceKey, { at: inDays(-400) }), "badTime"],
  ] as const)("rejects a request signed with a certificate of %s", (_, signer, failInfo) => {
    const pending = succeeded(Scep.renewalReq({ ...renewal, present: signer }))
    expect(failed(serve(pending.message))).toMatchObject({
      failInfo,
      transaction: { transactionId: pending.transactionId, senderNonce: pending.senderNonce },
    })
  })

  it("rejects a certificate to which a response cannot be encrypted", () => {
    const elliptic = identityOf(ca, ecKey("prime256v1"))
    const pending = succeeded(Scep.renewalReq({ ...renewal, present: elliptic }))
    expect(failed(serve(pending.message)).failInfo).toBe("badAlg")
  })

  it("rejects SHA-1 for an identity", () => {
    const pending = succeeded(Scep.renewalReq({ ...renewal, digest: "sha1" }))
    expect(failed(serve(pending.message)).failInfo).toBe("badAlg")
  })
})

describe("invalid requests", () => {
  const envelopeOf = (content: Uint8Array, to = ca) => succeeded(Cms.envelope(content, to.certificate))
  const signer = {
    certificate: succeeded(Certificate.temporary({ privateKey: deviceKey, subject, at: now })),
    privateKey: deviceKey,
  }
  const csr = (privateKey = deviceKey) => succeeded(Scep.makeRequest({ privateKey, subject }))
  const message = (parts: Partial<PkiMessage.Contents>) =>
    succeeded(
      PkiMessage.write({
        messageType: "PKCSReq",
        transactionId: "T-1",
        senderNonce: PkiMessage.newNonce(),
        envelope: envelopeOf(csr()),
        signer,
        digest: "sha256",
        ...parts,
      }),
    )
  const spoiled = (bytes: Uint8Array, at: number) => Uint8Array.from(bytes, (byte, i) => (i === at ? byte ^ 1 : byte))

  it("accepts the unchanged message", () => expect(Result.isSuccess(serve(message({})))).toBe(true))

  it.each([
    [
      "no proof of possession",
      () => message({ envelope: envelopeOf(spoiled(csr(), csr().length - 1)) }),
      "badMessageCheck",
    ],
    ["a changed request", () => message({ envelope: envelopeOf(spoiled(csr(), 30)) }), "badMessageCheck"],
    ["content that is no request", () => message({ envelope: envelopeOf(Buffer.from("hello")) }), "badMessageCheck"],
    ["content for another", () => message({ envelope: envelopeOf(csr(), otherAuthority) }), "badMessageCheck"],
    ["no content", () => message({ envelope: undefined }), "badMessageCheck"],
    ["an unknown poll", () => message({ messageType: "GetCertInitial" }), "badCertId"],
    ["an answer", () => message({ messageType: "CertRep" }), "badRequest"],
  ] as const)("%s", (_, make, failInfo) => {
    expect(failed(serve(make()))).toMatchObject({ failInfo, transaction: { transactionId: "T-1" } })
  })

  it("rejects changed content and changed attributes", () => {
    const bytes = message({})
    const at = Buffer.from(bytes).indexOf("T-1")
    expect(failed(serve(spoiled(bytes, at))).failInfo).toBe("badMessageCheck")
    expect(failed(serve(spoiled(bytes, bytes.length - 1))).failInfo).toBe("badMessageCheck")
  })

  it("rejects keys other than RSA of 2048 to 4096 bits", () => {
    for (const privateKey of [rsaKey(1024), ecKey("prime256v1")]) {
      expect(failed(Scep.pkcsReq({ ...base, privateKey }))).toMatchObject({ _tag: "ScepError", failInfo: "badAlg" })
    }
    const weak = rsaKey(1024)
    const certificate = succeeded(Certificate.temporary({ privateKey: weak, subject, at: now }))
    const spoken = message({ signer: { certificate, privateKey: weak }, envelope: envelopeOf(csr(weak)) })
    expect(failed(serve(spoken)).failInfo).toBe("badAlg")
    expect(failed(serve(message({ envelope: envelopeOf(csr(weak)) }))).failInfo).toBe("badAlg")
  })

  it("reports failed decryption and invalid content alike", () => {
    const [a, b] = [
      message({ envelope: envelopeOf(csr(), otherAuthority) }),
      message({ envelope: envelopeOf(new Uint8Array(9)) }),
    ]
    expect(failed(serve(a)).failInfo).toBe(failed(serve(b)).failInfo)
  })

  // RFC 8894 § 3.2.1.4.1: badAlg is for an unsupported algorithm. 2.16.840.1.101.3.4.2.8 is SHA3-256.
  it("answers an unsupported digest with badAlg", () => {
    const bytes = Buffer.from(message({}))
    const sha256 = Asn1.objectIdentifier("2.16.840.1.101.3.4.2.1")
    for (let at = bytes.indexOf(sha256); at !== -1; at = bytes.indexOf(sha256, at)) bytes[at + sha256.length - 1] = 8
    expect(failed(serve(bytes))).toMatchObject({ failInfo: "badAlg", transaction: { transactionId: "T-1" } })
  })

  it("answers a request without senderNonce, and one whose transactionID is not a PrintableString", () => {
    const request = (attributes: ReadonlyArray<readonly [string, Uint8Array]>) =>
      succeeded(Cms.sign({ content: envelopeOf(csr()), signer, attributes }))
    const { messageType, transactionId } = PkiMessage.attributeIds
    const { received, answer } = succeeded(
      serve(
        request([
          [messageType, Asn1.printableString("19")],
          [transactionId, Asn1.utf8String("ada_example*1")],
        ]),
      ),
    )
    expect(received.transaction).toEqual({ transactionId: "ada_example*1" })
    const { attributes } = succeeded(Cms.verify(answer))
    expect(PkiMessage.textOf(attributes, transactionId)).toBe("ada_example*1")
    expect(attributes.has(PkiMessage.attributeIds.recipientNonce)).toBe(false)
  })

  it("reports no transaction when the message has none", () => {
    const plain = succeeded(Cms.sign({ content: envelopeOf(csr()), signer }))
    expect(failed(serve(plain)).transaction).toBeUndefined()
    expect(failed(serve(new Uint8Array(1_000_000))).transaction).toBeUndefined()
    expect(failed(serve(Buffer.from("hello"))).transaction).toBeUndefined()
  })
})

describe("responses", () => {
  const pending = succeeded(Scep.pkcsReq(base))
  const transaction = { transactionId: pending.transactionId, senderNonce: pending.senderNonce }

  it.each(["badAlg", "badMessageCheck", "badRequest", "badTime", "badCertId"] as const)("report %s", (failInfo) => {
    const answer = succeeded(Scep.failure(ca, transaction, failInfo))
    expect(succeeded(Scep.readCertRep(answer, pending))).toEqual({ _tag: "Failure", failInfo })
  })

  it("must have the authority, transaction and nonce of the request", () => {
    const { received, issued } = succeeded(serve(pending.message))
    const other = succeeded(Scep.pkcsReq({ ...base, privateKey: nextKey }))
    const wrong = [
      Scep.success(otherAuthority, received, issued),
      Scep.success(ca, { ...received, transaction: { ...transaction, transactionId: other.transactionId } }, issued),
      Scep.success(ca, { ...received, transaction: { ...transaction, senderNonce: other.senderNonce } }, issued),
      Scep.failure(otherAuthority, transaction, "badAlg"),
      Result.succeed(pending.message),
    ].map(succeeded)
    for (const answer of wrong) expect(failed(Scep.readCertRep(answer, pending))).toBeDefined()
  })

  it("must contain a certificate of the requested key", () => {
    const { received } = succeeded(serve(pending.message))
    const options = { authority: ca, subject, at: now, days: 1, publicKey: createPublicKey(nextKey) }
    const answer = succeeded(Scep.success(ca, received, succeeded(Certificate.issue(options))))
    expect(failed(Scep.readCertRep(answer, pending))).toMatchObject({ failInfo: "badCertId" })
  })

  it("to GetCACert contain one certificate or several", () => {
    const one = succeeded(Scep.readCaCertificates(ca.certificate.der))
    const several = succeeded(Scep.readCaCertificates(Cms.certsOnly([ca.certificate, otherAuthority.certificate])))
    expect([one.length, several.length]).toEqual([1, 2])
  })

  it("to GetCACaps name the capabilities", () => {
    const found = Scep.parseCapabilities(Scep.capabilitiesText)
    expect([...found]).toEqual(["AES", "POSTPKIOperation", "Renewal", "SHA-256", "SHA-384", "SHA-512", "SCEPStandard"])
    expect(Scep.parseCapabilities("AES\r\n\r\n Renewal \n")).toEqual(new Set(["AES", "Renewal"]))
  })
})

describe("requests", () => {
  it("with a too long challenge are rejected", () => {
    const long = Redacted.make("x".repeat(Scep.maxChallenge + 1))
    const der = succeeded(Scep.makeRequest({ privateKey: deviceKey, subject, challengePassword: long }))
    expect(failed(Scep.readRequest(der)).failInfo).toBe("badMessageCheck")
  })

  it("with a second challenge are rejected", () => {
    const request = (challenges: ReadonlyArray<string>) => {
      const info = Asn1.sequence(
        Asn1.smallInteger(0),
        succeeded(Certificate.encodeName(subject)),
        createPublicKey(deviceKey).export({ type: "spki", format: "der" }),
        Asn1.tagged(
          0,
          ...challenges.map((text) =>
            Asn1.sequence(Asn1.objectIdentifier("1.2.840.113549.1.9.7"), Asn1.setOf(Asn1.printableString(text))),
          ),
        ),
      )
      const algorithm = Asn1.algorithm("1.2.840.113549.1.1.5")
      return Scep.readRequest(Asn1.sequence(info, algorithm, Asn1.bitString(sign("sha1", info, deviceKey))))
    }
    expect(Result.isSuccess(request(["one"]))).toBe(true)
    expect(failed(request(["one", "two"])).failInfo).toBe("badMessageCheck")
  })

  // RFC 4055 § 5: the parameters MUST be NULL; absent ones MUST be accepted. They are outside the signed part.
  it("have NULL or absent parameters in their signature algorithm", () => {
    const sha256WithRsa = "1.2.840.113549.1.1.11"
    const request = (parameters: Uint8Array | "absent") => {
      const { children } = succeeded(Asn1.read(succeeded(Scep.makeRequest({ privateKey: deviceKey, subject }))))
      const [info, , signature] = children.map(({ raw }) => raw)
      if (info === undefined || signature === undefined) throw new Error("not a request")
      return Scep.readRequest(Asn1.sequence(info, Asn1.algorithm(sha256WithRsa, parameters), signature))
    }
    expect(Result.isSuccess(request("absent"))).toBe(true)
    expect(Result.isSuccess(request(Uint8Array.of(5, 0)))).toBe(true)
    for (const parameters of [Uint8Array.of(4, 0), Uint8Array.of(2, 1, 0), Uint8Array.of(5, 1, 0)]) {
      expect(failed(request(parameters)).failInfo).toBe("badMessageCheck")
    }
  })

  it("hide the challenge when they are printed", () => {
    const der = succeeded(Scep.makeRequest({ privateKey: deviceKey, subject, challengePassword }))
    expect(JSON.stringify(succeeded(Scep.readRequest(der)).challengePassword)).not.toContain("once")
    expect(Buffer.from(der).includes(Buffer.from("für"))).toBe(true)
    expect(Asn1.read(der)._tag).toBe("Success")
  })
})
