/**
 * Every JSON example of the protocol's source document, copied verbatim, decodes and re-encodes to the same JSON.
 */
import { describe, expect, it } from "@effect/vitest"
import { Schema } from "effect"
import {
  AssetAnswer,
  AssetRequest,
  DeclarationItems,
  DeclarationTokens,
  EventRequest,
  Manifest,
  Scope,
  WebhookError,
  webhooks,
} from "../src/index.ts"

const examples: ReadonlyArray<readonly [title: string, schema: Schema.Codec<unknown, unknown>, json: string]> = [
  [
    "device scope",
    Scope,
    `{
  "_tag": "device",
  "udid": "DEVICE-UDID",
  "identityCertificate": "PEM_OR_HEADER_VALUE",
  "mdmOrigin": {
    "url": "https://mdm.example.com"
  }
}`,
  ],
  [
    "user scope",
    Scope,
    `{
  "_tag": "user",
  "udid": "DEVICE-UDID",
  "identityCertificate": "PEM_OR_HEADER_VALUE",
  "userId": "USER-ID",
  "userShortName": "shortname",
  "mdmOrigin": {
    "url": "https://mdm.example.com"
  }
}`,
  ],
  [
    "device event",
    EventRequest,
    `{
  "scope": { "_tag": "device", "udid": "DEVICE-UDID", "mdmOrigin": { "url": "https://mdm.example.com" } },
  "event": { "_tag": "Authenticate", "serialNumber": "C02...", "model": "MacBookPro", "osVersion": "15.0" }
}`,
  ],
  ["idle", Manifest, `{ "_tag": "Idle" }`],
  [
    "imperative command",
    Manifest,
    `{
  "_tag": "Command",
  "commandUUID": "command-uuid",
  "requestType": "DeviceInformation",
  "payload": {
    "Queries": ["DeviceName", "OSVersion"]
  }
}`,
  ],
  [
    "declarative management sync",
    Manifest,
    `{
  "_tag": "DdmSync",
  "serverToken": "server-token"
}`,
  ],
  [
    "declaration tokens",
    DeclarationTokens,
    `{
  "activationsToken": "token",
  "configurationsToken": "token",
  "assetsToken": "token",
  "managementToken": "token"
}`,
  ],
  [
    "declaration items",
    DeclarationItems,
    `{
  "activations": [{ "identifier": "activation-id", "serverToken": "token" }],
  "configurations": [{ "identifier": "configuration-id", "serverToken": "token" }],
  "assets": [],
  "management": []
}`,
  ],
  [
    "asset request",
    AssetRequest,
    `{
  "identityCertificate": "PEM_OR_HEADER_VALUE",
  "identifier": "asset-id"
}`,
  ],
]

/** `BASE64_CONTENT` is a placeholder, not base64. */
const assetAnswer = `{
  "content": "BASE64_CONTENT",
  "contentType": "application/octet-stream"
}`

describe("the seed's examples", () => {
  it.each(examples)("%s", (_title, schema, text) => {
    const json: unknown = JSON.parse(text)
    const encoded = Schema.encodeUnknownSync(schema)(Schema.decodeUnknownSync(schema)(json))
    expect(encoded).toStrictEqual(json)
  })

  it("asset answer", () => {
    const json: unknown = JSON.parse(assetAnswer.replace("BASE64_CONTENT", "QkFTRTY0X0NPTlRFTlQ="))
    const encoded = Schema.encodeUnknownSync(AssetAnswer)(Schema.decodeUnknownSync(AssetAnswer)(json))
    expect(encoded).toStrictEqual(json)
  })

  it("`declaration` and `asset` may answer null", () => {
    for (const { answer } of [webhooks.declaration, webhooks.asset]) {
      expect(Schema.encodeUnknownSync(answer)(Schema.decodeUnknownSync(answer)(null))).toBeNull()
    }
  })

  it("a scope without identityCertificate", () => {
    const json = { _tag: "device", udid: "DEVICE-UDID", mdmOrigin: { url: "https://mdm.example.com" } }
    expect(Schema.encodeSync(Scope)(Schema.decodeUnknownSync(Scope)(json))).toStrictEqual(json)
  })

  it("endpoints", () => {
    expect(
      Object.values(webhooks)
        .filter((webhook) => !webhook.optional)
        .map((webhook) => webhook.path),
    ).toEqual([
      "/webhook/apple/event",
      "/webhook/apple/checkin",
      "/webhook/apple/declaration-tokens",
      "/webhook/apple/declaration-items",
      "/webhook/apple/declaration",
      "/webhook/apple/asset",
    ])
  })

  it("event tags and errors", () => {
    // The seed's five, then our extension.
    expect(EventRequest.fields.event.members.map((member) => member.fields._tag.schema.literal)).toEqual([
      "Authenticate",
      "TokenUpdate",
      "CheckOut",
      "CommandResult",
      "DeclarationStatus",
      "IdentityExpiring",
    ])
    expect(Object.keys(WebhookError.cases)).toEqual([
      "ManagementNotSupported",
      "UnknownDevice",
      "ServerInitiatedUnenrollment",
      "InternalServerError",
    ])
  })
})
