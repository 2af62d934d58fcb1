/** A device, the server and a backend that take part in one conversation. */
import { Effect } from "effect"
import * as Backend from "./Backend.ts"
import * as Messages from "./Messages.ts"
import * as Whitelabel from "./Whitelabel.ts"

/** A server before a backend that takes every event, and what to ask of both. */
export const given = Effect.fnUntraced(function* (replies: Backend.Replies) {
  const backend = yield* Backend.start({ event: Backend.taken, checkin: Backend.json({ _tag: "Idle" }), ...replies })
  const server = yield* Whitelabel.start(backend)
  return { backend, server, mdmOrigin: { url: server.origin } }
})

/** "Taken", or "no command". */
export const emptyAnswer = { status: 200, text: "", complete: true }

/** The scope of the device in `Messages`, without the origin. */
export const scope = { _tag: "device", udid: Messages.udid, enrollmentKind: "device" }

/** Text as bytes. */
export const bytes = (text: string) => new TextEncoder().encode(text)
