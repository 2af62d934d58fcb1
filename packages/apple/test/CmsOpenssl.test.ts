/** OpenSSL verifies our signatures and we verify its signatures; the same for envelopes and chains. */
import { authorityOf, ecKey, identityOf, rsaKey } from "@espalier/testing/Pki"
import { afterAll, describe, expect, it } from "vitest"
import { Certificate, Cms, Identity } from "../src/index.ts"
import { failed, succeeded } from "./Messages.ts"
import { certificatesPem, keyPem, present, workshop } from "./Openssl.ts"

describe.skipIf(!present)("openssl cms", () => {
  const at = new Date()
  const shop = workshop()
  afterAll(shop.remove)

  const ca = authorityOf("Authority", rsaKey(), at)
  const signers = {
    rsa: identityOf(ca, rsaKey(), { at }),
    ec: identityOf(ca, ecKey("secp384r1"), { at }),
    // The largest key of an ACME identity (Apple, "ACMECertificate", `KeySize`).
    p521: identityOf(ca, ecKey("secp521r1"), { at }),
  }
  const content = Buffer.from("content, \r\n with line ends \0 and octets \xff", "latin1")

  shop.write("ca.pem", certificatesPem(ca.certificate))
  shop.write("content", content)
  for (const [name, { certificate, privateKey }] of Object.entries(signers)) {
    shop.write(`${name}.pem`, certificatesPem(certificate))
    shop.write(`${name}.key`, keyPem(privateKey))
  }
  const kinds = ["rsa", "ec", "p521"] as const

  it.each(kinds)("verifies our %s signatures", (kind) => {
    for (const digest of Cms.modernDigests) {
      const signer = signers[kind]
      shop.write("ours", succeeded(Cms.sign({ content, signer, digest, signingTime: at })))
      const verify = [
        "cms",
        "-verify",
        "-binary",
        "-inform",
        "DER",
        "-CAfile",
        "ca.pem",
        "-purpose",
        "any",
        "-out",
        "out",
      ]
      shop.openssl(...verify, "-in", "ours")
      expect(Buffer.from(shop.read("out"))).toEqual(content)
      shop.write("ours", succeeded(Cms.sign({ content, signer, digest, detached: true })))
      shop.openssl(...verify, "-in", "ours", "-content", "content")
    }
  })

  it.each(
    kinds.flatMap(
      (kind): ReadonlyArray<{ readonly kind: typeof kind; readonly flags: ReadonlyArray<string> }> => [
        { kind, flags: [] },
        { kind, flags: ["-stream", "-indef"] },
        { kind, flags: ["-keyid"] },
        { kind, flags: ["-noattr"] },
        { kind, flags: ["-md", "sha512", "-certfile", "ca.pem"] },
        { kind, flags: ["-md", "sha1", "-noattr"] },
      ],
    ),
  )("signs what we verify: $kind $flags", ({ kind, flags }) => {
    const sign = ["cms", "-sign", "-binary", "-outform", "DER", "-signer", `${kind}.pem`, "-inkey", `${kind}.key`]
    const digests = ["sha1", ...Cms.modernDigests] as const
    shop.openssl(...sign, ...flags, "-nodetach", "-in", "content", "-out", "theirs")
    const attached = succeeded(Cms.verify(shop.read("theirs"), { digests }))
    expect(Buffer.from(attached.content)).toEqual(content)
    expect(attached.signer.der).toEqual(signers[kind].certificate.der)
    expect(attached.signingTime === undefined).toBe(flags.includes("-noattr"))

    // With -stream, OpenSSL puts the content in even when told not to.
    const still = flags.filter((flag) => flag !== "-stream" && flag !== "-indef")
    shop.openssl(...sign, ...still, "-in", "content", "-out", "theirs")
    const header = Buffer.from(shop.read("theirs")).toString("base64")
    expect(succeeded(Identity.fromMdmSignature(header, content)).certificate.der).toEqual(signers[kind].certificate.der)
    expect(failed(Identity.fromMdmSignature(header, content.subarray(1))).reason).toBe("SignatureInvalid")
  })

  it("is rejected with two signers", () => {
    const sign = ["cms", "-sign", "-binary", "-outform", "DER", "-nodetach", "-in", "content", "-out", "theirs"]
    shop.openssl(...sign, "-signer", "rsa.pem", "-inkey", "rsa.key", "-signer", "ec.pem", "-inkey", "ec.key")
    expect(failed(Cms.verify(shop.read("theirs"))).reason).toBe("NoSigner")
  })

  it.each(["aes-128-cbc", "aes-256-cbc", "des-ede3-cbc"] as const)("exchanges envelopes with us, %s", (cipher) => {
    shop.write("ours", succeeded(Cms.envelope(content, signers.rsa.certificate, cipher)))
    shop.openssl(
      "cms",
      "-decrypt",
      "-binary",
      "-inform",
      "DER",
      "-in",
      "ours",
      "-recip",
      "rsa.pem",
      "-inkey",
      "rsa.key",
      "-out",
      "out",
    )
    expect(Buffer.from(shop.read("out"))).toEqual(content)
    for (const flags of [[], ["-stream", "-indef"], ["-keyid"]]) {
      shop.openssl(
        "cms",
        "-encrypt",
        "-binary",
        "-outform",
        "DER",
        `-${cipher}`,
        ...flags,
        "-in",
        "content",
        "-out",
        "theirs",
        "rsa.pem",
      )
      const opened = succeeded(Cms.open(shop.read("theirs"), signers.rsa))
      expect(opened.cipher).toBe(cipher)
      expect(Buffer.from(opened.content)).toEqual(content)
    }
  })

  it("reads our certificates-only message", () => {
    shop.write("ours", Cms.certsOnly([signers.rsa.certificate, ca.certificate]))
    const text = shop.openssl("pkcs7", "-inform", "DER", "-in", "ours", "-print_certs")
    expect(text.match(/BEGIN CERTIFICATE/g)?.length).toBe(2)
  })

  it("accepts the certificates that we issue", () => {
    expect(shop.openssl("verify", "-x509_strict", "-purpose", "sslclient", "-CAfile", "ca.pem", "rsa.pem")).toContain(
      "OK",
    )
  })

  it("makes chains that each break one rule", () => {
    const extensions = {
      root: "basicConstraints=critical,CA:true,pathlen:0\nkeyUsage=critical,keyCertSign",
      middle: "basicConstraints=critical,CA:true\nkeyUsage=critical,keyCertSign",
      leaf: "basicConstraints=CA:false",
      strange: "basicConstraints=CA:false\n1.2.3.4=critical,ASN1:NULL",
      posing: "basicConstraints=critical,CA:false\nkeyUsage=critical,keyCertSign",
      mute: "basicConstraints=critical,CA:true\nkeyUsage=critical,cRLSign",
    }
    const make = (kind: keyof typeof extensions, issuer?: string, name: string = kind) => {
      shop.write(`${name}.ext`, extensions[kind])
      shop.openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", `${name}.key`)
      shop.openssl("req", "-new", "-key", `${name}.key`, "-subj", `/CN=${name}`, "-out", `${name}.csr`)
      const by =
        issuer === undefined ? ["-signkey", `${name}.key`] : ["-CA", `${issuer}.pem`, "-CAkey", `${issuer}.key`]
      shop.openssl(
        "x509",
        "-req",
        "-in",
        `${name}.csr`,
        ...by,
        "-days",
        "9",
        "-extfile",
        `${name}.ext`,
        "-out",
        `${name}.pem`,
      )
      return succeeded(Certificate.parse(shop.read(`${name}.pem`)))
    }
    const root = make("root")
    const middle = make("middle", "root")
    const later = new Date(Date.now() + 60_000)
    const verify = Certificate.verifyChain
    expect(failed(verify(make("leaf", "middle"), [middle], [root], later)).message).toMatch(/More authorities/)
    expect(succeeded(verify(make("leaf", "root"), [], [root], later)).length).toBe(2)
    expect(failed(verify(make("strange", "root"), [], [root], later)).message).toMatch(/critical/)
    const posing = make("posing", "root")
    expect(failed(verify(make("leaf", "posing"), [posing], [root], later)).message).toMatch(
      /not a certificate authority/,
    )
    const steps = [make("middle", undefined, "step0")]
    while (steps.length < Certificate.maxDepth) {
      steps.push(make("middle", `step${steps.length - 1}`, `step${steps.length}`))
    }
    const [top = root, ...between] = steps
    const low = make("leaf", `step${steps.length - 1}`)
    expect(succeeded(verify(low, between, [top], later)).length).toBe(Certificate.maxDepth + 1)
    const lower = [...between, make("middle", `step${steps.length - 1}`, "last")]
    expect(failed(verify(make("leaf", "last"), lower, [top], later)).reason).toBe("UntrustedIssuer")
    const mute = make("mute")
    expect(failed(verify(make("leaf", "mute"), [], [mute], later)).message).toMatch(/not a certificate authority/)
  })
})
