/**
 * The responses to check-in messages that ask for something: property lists, written by `Plist.toXml`.
 * The response to the other messages is an empty 200.
 *
 * Source: Apple, "Check-in", the response object of each message.
 */
import { Schema } from "effect"

/**
 * To the first `UserAuthenticate`: a challenge to digest. Empty: this user needs no `AuthToken`.
 * (A server that does not manage the user answers HTTP 410 instead.)
 *
 * @category schemas
 * @since 0.1.0
 */
export const UserAuthenticateChallenge = Schema.Struct({ DigestChallenge: Schema.String })

/**
 * To the second `UserAuthenticate`: the secret that this user's messages will carry. Empty: the digest was invalid.
 *
 * @category schemas
 * @since 0.1.0
 */
export const UserAuthenticateResponse = Schema.Struct({ AuthToken: Schema.String })

/**
 * To `GetBootstrapToken`: the escrowed token; absent or empty when the server has no token.
 *
 * @category schemas
 * @since 0.1.0
 */
export const GetBootstrapTokenResponse = Schema.Struct({ BootstrapToken: Schema.optionalKey(Schema.Uint8Array) })

/**
 * To `GetToken`: the token's bytes, for a text token its UTF-8.
 *
 * @category schemas
 * @since 0.1.0
 */
export const GetTokenResponse = Schema.Struct({ TokenData: Schema.Uint8Array })

/**
 * To `ReturnToService`: erase and enroll again, with these profiles. Without `BootstrapToken` apps are not preserved.
 *
 * @category schemas
 * @since 0.1.0
 */
export const ReturnToServiceResponse = Schema.Struct({
  ReturnToService: Schema.Struct({
    Enabled: Schema.Boolean,
    WiFiProfileData: Schema.optionalKey(Schema.Uint8Array),
    MDMProfileData: Schema.optionalKey(Schema.Uint8Array),
    BootstrapToken: Schema.optionalKey(Schema.Uint8Array),
  }),
})
