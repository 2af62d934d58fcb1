/** MachineInfo of automated enrollment, signed by OpenSSL with keys like those of devices. */
import { authorityOf, rsaKey } from "@espalier/testing/Pki"
import { afterAll, describe, expect, it } from "vitest"
import { appleDeviceAuthority, Certificate, MachineInfo } from "../src/index.ts"
import { failed, succeeded } from "./Messages.ts"
import { certificatesPem, keyPem, present, workshop } from "./Openssl.ts"

// Apple, "MachineInfo": keys and example values of the schema file.
const description = {
  UDID: "00008110-001A24E03C88801E",
  SERIAL: "F17XK2ABCD",
  PRODUCT: "iPhone5,1",
  VERSION: "7A182",
  OS_VERSION: "17.0",
  LANGUAGE: "en",
  MDM_CAN_REQUEST_SOFTWARE_UPDATE: true,
}

describe("Apple's authority for devices", () => {
  // Apple, "Over-the-Air Profile Delivery and Configuration".
  it("is the one that Apple publishes", () => {
    expect(Certificate.subjectText(appleDeviceAuthority)).toBe(
      "C=US\nO=Apple Inc.\nOU=Apple iPhone\nCN=Apple iPhone Device CA",
    )
    expect(Certificate.validity(appleDeviceAuthority).to).toEqual(new Date("2014-04-16T22:54:46Z"))
    expect(appleDeviceAuthority.x509.publicKey.asymmetricKeyDetails?.modulusLength).toBe(1024)
  })
})

describe.skipIf(!present)("a description signed by a device", () => {
  const shop = workshop()
  afterAll(shop.remove)
  // As from Apple: an authority whose validity has ended, keys of 1024 bits, SHA-1.
  const long = new Date("2007-04-16T22:54:46Z")
  const root = authorityOf("Device CA", rsaKey(), long)
  const body = Object.entries(description)
    .map(([key, value]) => `<key>${key}</key>${value === true ? "<true/>" : `<string>${value}</string>`}`)
    .join("")
  shop.write("info.plist", `<plist version="1.0"><dict>${body}</dict></plist>`)
  shop.write("root.pem", certificatesPem(root.certificate))
  shop.write("root.key", keyPem(root.privateKey))
  const device = (name: string) => {
    shop.openssl(
      "req",
      "-new",
      "-newkey",
      "rsa:1024",
      "-nodes",
      "-keyout",
      `${name}.key`,
      "-subj",
      `/CN=${name}`,
      "-out",
      `${name}.csr`,
    )
    shop.openssl(
      "x509",
      "-req",
      "-sha1",
      "-in",
      `${name}.csr`,
      "-CA",
      "root.pem",
      "-CAkey",
      "root.key",
      "-set_serial",
      "7",
      "-days",
      "30",
      "-out",
      `${name}.pem`,
    )
    shop.openssl(
      "cms",
      "-sign",
      "-nodetach",
      "-binary",
      "-md",
      "sha1",
      "-in",
      "info.plist",
      "-signer",
      `${name}.pem`,
      "-inkey",
      `${name}.key`,
      "-outform",
      "DER",
      "-out",
      `${name}.cms`,
    )
    return shop.read(`${name}.cms`)
  }
  const cms = device("iphone")

  it("is read from a body and from a header", () => {
    const options = { roots: [root.certificate] }
    const { machineInfo, certificate } = succeeded(MachineInfo.fromCms(cms, options))
    expect(machineInfo).toEqual(description)
    expect(Certificate.subjectText(certificate)).toBe("CN=iphone")
    const header = Buffer.from(cms).toString("base64")
    expect(succeeded(MachineInfo.fromHeader(header, options)).machineInfo).toEqual(description)
  })

  it("is rejected from another authority than Apple's, which is the default", () => {
    expect(failed(MachineInfo.fromCms(cms)).reason).toBe("UntrustedIssuer")
  })

  it("is rejected after a change and when it is not CMS", () => {
    const options = { roots: [root.certificate] }
    const changed = Buffer.from(cms)
    changed.write("G", changed.indexOf("F17XK2ABCD"))
    expect(failed(MachineInfo.fromCms(changed, options)).reason).toBe("SignatureInvalid")
    expect(failed(MachineInfo.fromCms(Buffer.from("<plist/>"), options)).reason).toBe("Malformed")
    expect(failed(MachineInfo.fromHeader("?", options)).reason).toBe("Malformed")
  })

  it("of the simulator is read", () => {
    const identity = { certificate: root.certificate, privateKey: root.privateKey }
    const own = succeeded(MachineInfo.toCms(description, identity))
    expect(failed(MachineInfo.fromCms(own)).reason).toBe("UntrustedIssuer")
  })
})
