/**
 * The one job that every server of the check-in bench does: take the request of the protocol's own example, decode it, see that its
 * scope is one, decide, answer.
 */

/** Where the request goes. */
export const path = "/webhook/apple/checkin"

/** The body of the request. */
export const request = JSON.stringify({
  scope: {
    _tag: "device",
    udid: "DEVICE-UDID",
    identityCertificate: "PEM_OR_HEADER_VALUE",
    mdmOrigin: { url: "https://mdm.example.com" },
  },
})

/** The decision, the same everywhere, so that what is measured is the way to it and back. */
export const decide = (_scope: { readonly udid: string }): { readonly _tag: "Idle" } => ({ _tag: "Idle" })

/** What the answer says, byte for byte. */
export const answer = JSON.stringify({ _tag: "Idle" })

/** What an `mdmOrigin.url` looks like, for the servers that do not have our schema. */
export const originPattern = "^https?:\\/\\/[^\\/\\s?#@]+$"

/** Bodies that a server that validates must refuse with a status of 400. */
export const invalidRequests: ReadonlyArray<string> = [
  "{",
  "{}",
  request.replace("https://", "mailto:"),
  request.replace(`"device"`, `"fridge"`),
  request.replace(`"DEVICE-UDID"`, "1"),
]
