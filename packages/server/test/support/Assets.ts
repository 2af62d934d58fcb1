/** What the tests of assets share: one asset, and a server before a backend that has it. */
import { createHash } from "node:crypto"
import { Effect } from "effect"
import * as Backend from "./Backend.ts"
import * as Whitelabel from "./Whitelabel.ts"

/** Lower-case hex. */
export const sha256 = (bytes: Uint8Array | string) => createHash("sha256").update(bytes).digest("hex")

export const alphabet = "abcdefghijklmnopqrstuvwxyz"
export const etag = `"${sha256(alphabet)}"`
export const content = { content: Buffer.from(alphabet).toString("base64"), contentType: "text/plain" }

export const serving = Effect.fnUntraced(function* (asset: Backend.Reply) {
  const backend = yield* Backend.start({ asset })
  return { backend, server: yield* Whitelabel.start(backend) }
})

export const path = "/mdm/apple/assets/logo"
