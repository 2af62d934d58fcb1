import { Plist } from "@espalier/plist"
import { fc } from "@espalier/testing/Property"
import { Redacted, Result, Schema } from "effect"
import { describe, expect, it } from "vitest"
import { EnrollmentProfile } from "../src/index.ts"
import { succeeded } from "./Messages.ts"

const options: EnrollmentProfile.Options = {
  serverUrl: new URL("https://mdm.example.com/mdm/apple/mdm"),
  topic: "com.apple.mgmt.External.1111aaaa",
  scep: { url: new URL("https://mdm.example.com/mdm/apple/scep") },
  enrollmentKey: "00008110-001A24E03C88801E",
  organization: "Example Ltd",
  displayName: "Example device management",
}

/** As a device reads it. */
const read = (profile: Plist.Dictionary): Plist.Dictionary => {
  const value = succeeded(Plist.parseXml(new TextEncoder().encode(succeeded(Plist.toXml(profile)))))
  if (!Plist.isDictionary(value)) throw new Error("not a dictionary")
  return value as Plist.Dictionary
}

const payloads = (profile: Plist.Dictionary): ReadonlyArray<Plist.Dictionary> =>
  profile["PayloadContent"] as ReadonlyArray<Plist.Dictionary>

/** Every payload's UUID, the profile's first. */
const uuids = (changes: Partial<EnrollmentProfile.Options> = {}) => {
  const profile = EnrollmentProfile.make({ ...options, ...changes })
  return [profile, ...payloads(profile)].map((payload) => payload["PayloadUUID"])
}

describe("the profile", () => {
  it("has a SCEP payload and an MDM payload that refers to it", () => {
    const profile = read(EnrollmentProfile.make(options))
    const [uuid, scepUuid, mdmUuid] = uuids()
    expect(profile).toEqual({
      PayloadType: "Configuration",
      PayloadVersion: 1,
      PayloadIdentifier: "com.example.mdm.enrollment",
      PayloadUUID: uuid,
      PayloadDisplayName: "Example device management",
      PayloadOrganization: "Example Ltd",
      PayloadScope: "System",
      PayloadContent: [
        {
          PayloadType: "com.apple.security.scep",
          PayloadVersion: 1,
          PayloadIdentifier: "com.example.mdm.enrollment.scep",
          PayloadUUID: scepUuid,
          PayloadDisplayName: "Device identity",
          PayloadOrganization: "Example Ltd",
          PayloadContent: {
            URL: "https://mdm.example.com/mdm/apple/scep",
            Subject: [[["CN", "Device Identity"]]],
            "Key Type": "RSA",
            Keysize: 2048,
            "Key Usage": 5,
            KeyIsExtractable: false,
            Retries: 3,
            RetryDelay: 10,
          },
        },
        {
          PayloadType: "com.apple.mdm",
          PayloadVersion: 1,
          PayloadIdentifier: "com.example.mdm.enrollment.mdm",
          PayloadUUID: mdmUuid,
          PayloadDisplayName: "Device management",
          PayloadOrganization: "Example Ltd",
          IdentityCertificateUUID: scepUuid,
          Topic: "com.apple.mgmt.External.1111aaaa",
          ServerURL: "https://mdm.example.com/mdm/apple/mdm",
          CheckInURL: "https://mdm.example.com/mdm/apple/mdm",
          SignMessage: true,
          AccessRights: 8191,
          CheckOutWhenRemoved: true,
          ServerCapabilities: [
            "com.apple.mdm.per-user-connections",
            "com.apple.mdm.bootstraptoken",
            "com.apple.mdm.token",
          ],
        },
      ],
    })
  })

  it("contains every option", () => {
    const profile = read(
      EnrollmentProfile.make({
        ...options,
        checkInUrl: new URL("https://mdm.example.com/checkin"),
        identifier: "org.example.enroll",
        accessRights: 1 | 16,
        signMessage: false,
        checkOutWhenRemoved: false,
        assigned: { managedAppleId: "ada@example.com", enrollmentMode: "BYOD" },
        rootCertificates: [Uint8Array.of(0x30, 1), Uint8Array.of(0x30, 2)],
        description: "Manages devices of Example Ltd",
        consentText: "You agree.",
        scep: {
          url: new URL("http://scep.example.com/"),
          name: "devices",
          subject: [
            ["O", "Example Ltd"],
            ["2.5.4.5", "C02XK0AAJG5H"],
          ],
          challenge: Redacted.make("s3cret & <more>"),
          keySize: 4096,
          keyUsage: 1,
          caFingerprint: Uint8Array.of(1, 2, 3),
          retries: 0,
          retryDelay: 1,
        },
      }),
    )
    expect(profile).toMatchObject({
      PayloadIdentifier: "org.example.enroll",
      PayloadDescription: "Manages devices of Example Ltd",
      ConsentText: { default: "You agree." },
    })
    const [firstRoot, secondRoot, scep, mdm] = payloads(profile)
    expect(firstRoot).toMatchObject({
      PayloadType: "com.apple.security.root",
      PayloadIdentifier: "org.example.enroll.root.0",
      PayloadCertificateFileName: "root-0.cer",
      PayloadContent: Uint8Array.of(0x30, 1),
    })
    expect(secondRoot).toMatchObject({ PayloadContent: Uint8Array.of(0x30, 2) })
    expect(scep?.["PayloadContent"]).toEqual({
      URL: "http://scep.example.com/",
      Name: "devices",
      Subject: [[["O", "Example Ltd"]], [["2.5.4.5", "C02XK0AAJG5H"]]],
      Challenge: "s3cret & <more>",
      "Key Type": "RSA",
      Keysize: 4096,
      "Key Usage": 1,
      KeyIsExtractable: false,
      CAFingerprint: Uint8Array.of(1, 2, 3),
      Retries: 0,
      RetryDelay: 1,
    })
    expect(mdm).toMatchObject({
      CheckInURL: "https://mdm.example.com/checkin",
      AccessRights: 17,
      SignMessage: false,
      CheckOutWhenRemoved: false,
      AssignedManagedAppleID: "ada@example.com",
      EnrollmentMode: "BYOD",
    })
  })

  it.each([
    ["https://mdm.example.com/a", "com.example.mdm.enrollment"],
    ["https://localhost:8443/a", "localhost.enrollment"],
    ["https://192.0.2.7/a", "192.0.2.7.enrollment"],
    ["https://[2001:db8::7]/a", "2001-db8--7.enrollment"],
    ["https://mdm.example.com./a", "com.example.mdm.enrollment"],
  ])("of %s is called %s", (url, identifier) => {
    expect(EnrollmentProfile.make({ ...options, serverUrl: new URL(url) })["PayloadIdentifier"]).toBe(identifier)
  })
})

describe("the UUIDs", () => {
  it("are UUIDs and differ between payloads", () => {
    const all = uuids({ rootCertificates: [Uint8Array.of(1), Uint8Array.of(2)] })
    expect(new Set(all).size).toBe(5)
    for (const uuid of all)
      expect(uuid).toMatch(/^[0-9A-F]{8}-[0-9A-F]{4}-8[0-9A-F]{3}-[89AB][0-9A-F]{3}-[0-9A-F]{12}$/)
  })

  it("are stable for one device and server, so that a profile is not installed twice", () => {
    expect(uuids()).toEqual([
      "A0819D6D-861A-8FBE-BCFE-733349191549",
      "AA822FAB-F11B-8834-A0FB-EDE1687E911F",
      "C1C2A56C-2FEA-8A0D-86B3-F1C75B9FA7DB",
    ])
    const challenge = Redacted.make("another")
    expect(
      uuids({
        displayName: "Another name",
        organization: "Another",
        serverUrl: new URL("https://mdm.example.com/elsewhere"),
        scep: { ...options.scep, challenge },
      }),
    ).toEqual(uuids())
  })

  it.each<[what: string, change: Partial<EnrollmentProfile.Options>]>([
    ["device", { enrollmentKey: "another" }],
    ["host", { serverUrl: new URL("https://mdm2.example.com/mdm/apple/mdm") }],
    ["port", { serverUrl: new URL("https://mdm.example.com:8443/mdm/apple/mdm") }],
  ])("differ for another %s", (_, change) => {
    const before = new Set(uuids())
    expect(uuids(change).some((uuid) => before.has(uuid))).toBe(false)
  })
})

describe("the options", () => {
  const encoded = {
    serverUrl: "https://mdm.example.com/mdm",
    topic: "com.apple.mgmt.External.1111aaaa",
    scep: { url: "https://mdm.example.com/scep", challenge: "s3cret" },
    organization: "Example Ltd",
    displayName: "Example",
  }
  const decode = Schema.decodeUnknownResult(EnrollmentProfile.Options)

  it("decode from configuration", () => {
    const decoded = succeeded(decode(encoded))
    expect(Redacted.value(decoded.scep.challenge ?? Redacted.make(""))).toBe("s3cret")
    expect(decoded.serverUrl.hostname).toBe("mdm.example.com")
  })

  it.each<[what: string, change: object]>([
    ["a server without TLS", { serverUrl: "http://mdm.example.com/" }],
    ["check-ins without TLS", { checkInUrl: "http://mdm.example.com/" }],
    ["the topic of an app", { topic: "com.example.app" }],
    ["no rights", { accessRights: 0 }],
    ["rights beyond Apple's", { accessRights: 8192 }],
    ["to install profiles without seeing them", { accessRights: 2 }],
    ["to install provisioning profiles without seeing them", { accessRights: 1 | 128 }],
    ["a short key", { scep: { ...encoded.scep, keySize: 1024 } }],
    ["a SCEP server over FTP", { scep: { url: "ftp://example.com/" } }],
    ["a control character", { displayName: "bell\u0007" }],
    ["half a surrogate pair", { organization: "\ud83d" }],
    ["no name", { displayName: "" }],
    ["an invalid identifier", { identifier: "not an identifier" }],
  ])("refuse %s", (_, change) => {
    expect(Result.isFailure(decode({ ...encoded, ...change }))).toBe(true)
  })

  it("every accepted text reaches the device unchanged", () => {
    const accepted = Schema.is(EnrollmentProfile.Text)
    const text = fc
      .string({ unit: "binary" })
      .map((raw) => raw.replace(/[^\t\n\r\x20-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, "x"))
    fc.assert(
      fc.property(text, (raw) => {
        expect(accepted(raw)).toBe(true)
        const challenge = Redacted.make(raw)
        const profile = EnrollmentProfile.make({
          ...options,
          organization: raw,
          displayName: raw,
          description: raw,
          consentText: raw,
          enrollmentKey: raw,
          scep: { ...options.scep, name: raw, subject: [["CN", raw]], challenge },
        })
        const back = read(profile)
        expect(back).toEqual(profile)
        expect(back).toMatchObject({ PayloadDisplayName: raw, ConsentText: { default: raw } })
      }),
    )
  })

  it("every rejected text has no XML form, and nothing throws", () => {
    const accepted = Schema.is(EnrollmentProfile.Text)
    const unit = fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code))
    fc.assert(
      fc.property(fc.string({ unit }), (raw) => {
        const written = Plist.toXml(EnrollmentProfile.make({ ...options, displayName: raw }))
        expect(Result.isSuccess(written)).toBe(accepted(raw))
      }),
    )
  })
})

it("options hide the challenge when they are logged", () => {
  const challenge = Redacted.make("s3cret")
  expect(JSON.stringify({ ...options, scep: { ...options.scep, challenge } })).not.toContain("s3cret")
})
