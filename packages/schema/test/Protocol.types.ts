/**
 * What must not compile. Checked by the compiler at the root; nothing here runs.
 */
import {
  type AnswerOf,
  Event,
  InternalServerError,
  type Manifest,
  type PropertyListDictionary,
  type RequestOf,
  type Scope,
  ServerInitiatedUnenrollment,
  type WebhookError,
} from "../src/index.ts"

/** Passes a value on, so that an annotation is all a case needs. */
declare const is: <A>(value: A) => void
declare const event: Event

Event.match(event, {
  Authenticate: () => 1,
  TokenUpdate: () => 2,
  CheckOut: () => 3,
  CommandResult: () => 4,
  DeclarationStatus: () => 5,
  IdentityExpiring: () => 6,
})
// @ts-expect-error: IdentityExpiring is missing
Event.match(event, {
  Authenticate: () => 1,
  TokenUpdate: () => 2,
  CheckOut: () => 3,
  CommandResult: () => 4,
  DeclarationStatus: () => 5,
})

is<Manifest>({ _tag: "Idle" })
is<Manifest>({ _tag: "DdmSync", serverToken: "t" })
is<Manifest>({ _tag: "Command", commandUUID: "c", requestType: "r", payload: { a: [1, { b: "c" }] } })
// @ts-expect-error: a manifest is one of the three, not two at once
is<Manifest>({ _tag: "DdmSync", serverToken: "t", commandUUID: "c", requestType: "r", payload: {} })
// @ts-expect-error: a member of another tag
is<Manifest>({ _tag: "Idle", serverToken: "t" })
// @ts-expect-error: an unknown tag
is<Manifest>({ _tag: "Wipe" })
// @ts-expect-error: serverToken is a string
is<Manifest>({ _tag: "DdmSync", serverToken: 1 })
// @ts-expect-error: property lists have no null
is<Manifest>({ _tag: "Command", commandUUID: "c", requestType: "r", payload: { a: null } })
// @ts-expect-error: property lists have no undefined
is<PropertyListDictionary>({ a: undefined })
// @ts-expect-error: a Date is not JSON; write {$date: …}
is<PropertyListDictionary>({ a: new Date() })

const mdmOrigin = { url: "https://mdm.example.com" }
is<Scope>({ _tag: "device", udid: "D", mdmOrigin })
is<Scope>({ _tag: "user", udid: "D", userId: "U", mdmOrigin })
// @ts-expect-error: a user scope has a user
is<Scope>({ _tag: "user", udid: "D", mdmOrigin })
// @ts-expect-error: an optional member is left out, not undefined
is<Scope>({ _tag: "device", udid: "D", identityCertificate: undefined, mdmOrigin })

is<AnswerOf<"declaration">>(null)
// @ts-expect-error: there are always four arrays
is<AnswerOf<"declarationItems">>({ activations: [], configurations: [], assets: [] })
// @ts-expect-error: there is no fifth type
is<RequestOf<"declaration">["type"]>("policy")
// @ts-expect-error: decoded values are read-only
is<(request: RequestOf<"checkin">) => void>((request) => (request.scope.udid = "other"))

is<WebhookError>(new ServerInitiatedUnenrollment({ legacy: true }))
// @ts-expect-error: the four errors are a closed list
is<WebhookError>(new Error("other"))
// @ts-expect-error: a message is text
new InternalServerError({ message: 1 })
// @ts-expect-error: only an unenrollment has `legacy`
new InternalServerError({ legacy: true })
