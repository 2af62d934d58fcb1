/**
 * What the backend hears: webhooks, by a name that says who said what.
 */
import { Schema } from "effect"
import type { Webhook } from "./Front.ts"

/** A webhook as the backend got it. */
export interface Heard extends Webhook {
  readonly status: number
  /** `device TokenUpdate`, `user CommandResult NotNow`, `checkin`, … */
  readonly name: string
  /** PEM of the identity that the server vouches for. */
  readonly identity: string | undefined
}

const Spoken = Schema.fromJsonString(
  Schema.Struct({
    scope: Schema.optionalKey(
      Schema.Struct({ _tag: Schema.String, identityCertificate: Schema.optionalKey(Schema.String) }),
    ),
    identityCertificate: Schema.optionalKey(Schema.String),
    event: Schema.optionalKey(Schema.Struct({ _tag: Schema.String, status: Schema.optionalKey(Schema.String) })),
  }),
)
const spoken = Schema.decodeUnknownSync(Spoken)

/** `device TokenUpdate`; or the path, of what is no event. */
export const nameOf = ({ path, body }: Webhook): string => {
  const { scope, event } = spoken(body)
  return event === undefined ? path : [scope?._tag, event._tag, event.status].filter(Boolean).join(" ")
}

const identityIn = ({ body }: Webhook): string | undefined => {
  const { scope, identityCertificate } = spoken(body)
  return scope?.identityCertificate ?? identityCertificate
}

/** A webhook that was answered. */
export const heardAs = (webhook: Webhook, status: number): Heard => ({
  ...webhook,
  status,
  name: nameOf(webhook),
  identity: identityIn(webhook),
})
