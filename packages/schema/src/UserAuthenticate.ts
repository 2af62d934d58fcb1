/**
 * User authentication (optional webhook): a directory user logs in on a Mac and opens a user channel, in two steps.
 */
import { Schema } from "effect"
import { Scope } from "./Scope.ts"

/**
 * Body of `user-authenticate`. The first request has no `digestResponse`; the second has the response to the challenge.
 *
 * @category schemas
 * @since 0.1.0
 */
export const UserAuthenticateRequest = Schema.Struct({
  scope: Scope,
  digestResponse: Schema.optionalKey(Schema.String),
}).annotate({
  identifier: "UserAuthenticateRequest",
  description: "A directory user opens a user channel; the second step carries the digest response",
  examples: [
    {
      scope: { _tag: "user", udid: "DEVICE-UDID", userId: "USER-ID", mdmOrigin: { url: "https://mdm.example.com" } },
    },
  ],
})
/**
 * @category models
 * @since 0.1.0
 */
export type UserAuthenticateRequest = typeof UserAuthenticateRequest.Type

/**
 * Manages the user, does not (the device gets 410), or challenges first.
 *
 * @category schemas
 * @since 0.1.0
 */
export const UserAuthenticateAnswer = Schema.Union([
  Schema.TaggedStruct("Accept", {}).annotate({ identifier: "UserAccepted", examples: [{ _tag: "Accept" }] }),
  Schema.TaggedStruct("Decline", {}).annotate({ identifier: "UserDeclined", examples: [{ _tag: "Decline" }] }),
  Schema.TaggedStruct("Challenge", { digest: Schema.String }).annotate({
    identifier: "UserChallenged",
    examples: [{ _tag: "Challenge", digest: 'Digest realm="example", nonce="…", qop="auth"' }],
  }),
])
  .annotate({ identifier: "UserAuthenticateAnswer", description: "Whether to manage the user, or a challenge" })
  .pipe(Schema.toTaggedUnion("_tag"))
/**
 * @category models
 * @since 0.1.0
 */
export type UserAuthenticateAnswer = typeof UserAuthenticateAnswer.Type
