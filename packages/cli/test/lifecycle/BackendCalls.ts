/**
 * The calls that the backend receives, with a name for each.
 */
import { Schema } from "effect"
import type { Webhook } from "./Proxy.ts"

/** A webhook call to the backend. */
export interface BackendCall extends Webhook {
  readonly status: number
  /** `device TokenUpdate`, `user CommandResult NotNow`, `checkin`, … */
  readonly name: string
  /** PEM of the identity that the server has verified. */
  readonly identity: string | undefined
}

const Body = Schema.fromJsonString(
  Schema.Struct({
    scope: Schema.optionalKey(
      Schema.Struct({ _tag: Schema.String, identityCertificate: Schema.optionalKey(Schema.String) }),
    ),
    identityCertificate: Schema.optionalKey(Schema.String),
    event: Schema.optionalKey(Schema.Struct({ _tag: Schema.String, status: Schema.optionalKey(Schema.String) })),
  }),
)
const decodeBody = Schema.decodeUnknownSync(Body)

/** `device TokenUpdate`; the path if it is not an event. */
export const nameOf = ({ path, body }: Webhook): string => {
  const { scope, event } = decodeBody(body)
  return event === undefined ? path : [scope?._tag, event._tag, event.status].filter(Boolean).join(" ")
}

const identityIn = ({ body }: Webhook): string | undefined => {
  const { scope, identityCertificate } = decodeBody(body)
  return scope?.identityCertificate ?? identityCertificate
}

const TokenUpdate = Schema.fromJsonString(
  Schema.Struct({
    scope: Schema.Struct({ udid: Schema.String }),
    event: Schema.Struct({ topic: Schema.String, pushToken: Schema.String, pushMagic: Schema.String }),
  }),
)

/** What the last `TokenUpdate` of a channel contains: the target of a push. */
export const pushTargetOf = (calls: ReadonlyArray<BackendCall>, channel: "device" | "user", udid: string) =>
  calls
    .filter(({ name }) => name === `${channel} TokenUpdate`)
    .map(({ body }) => Schema.decodeUnknownSync(TokenUpdate)(body))
    .findLast(({ scope }) => scope.udid === udid)?.event

/** A call with its response. */
export const callOf = (webhook: Webhook, status: number): BackendCall => ({
  ...webhook,
  status,
  name: nameOf(webhook),
  identity: identityIn(webhook),
})
