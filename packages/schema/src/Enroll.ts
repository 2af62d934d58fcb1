/**
 * Enrollment (optional webhook): decides whether a device gets an enrollment profile, and the texts that its user reads in it.
 */
import { Schema } from "effect"
import { PropertyListDictionary } from "./PropertyList.ts"
import { MdmOrigin } from "./Scope.ts"

/**
 * The texts that the user reads in the enrollment profile.
 *
 * @category schemas
 * @since 0.1.0
 */
export const EnrollmentBranding = Schema.Struct({
  organization: Schema.optionalKey(Schema.String),
  displayName: Schema.optionalKey(Schema.String),
  description: Schema.optionalKey(Schema.String),
  consentText: Schema.optionalKey(Schema.String),
}).annotate({
  identifier: "EnrollmentBranding",
  description: "The texts that the user reads in the enrollment profile",
  examples: [{ organization: "Example Inc.", displayName: "Example management" }],
})
/**
 * @category models
 * @since 0.1.0
 */
export type EnrollmentBranding = typeof EnrollmentBranding.Type

/**
 * Body of `enroll`. `machineInfo` is Apple's `MachineInfo`, present when the device sent it signed by Apple's device certificate
 * authority.
 *
 * @category schemas
 * @since 0.1.0
 */
export const EnrollRequest = Schema.Struct({
  mdmOrigin: MdmOrigin,
  token: Schema.optionalKey(Schema.String),
  userAgent: Schema.optionalKey(Schema.String),
  machineInfo: Schema.optionalKey(PropertyListDictionary),
  authorization: Schema.optionalKey(
    Schema.String.annotate({
      description: "The Authorization header that the device sent, such as Bearer and a token of the identity provider",
    }),
  ),
  enrollmentMode: Schema.optionalKey(
    Schema.Literals(["BYOD", "ADDE"]).annotate({
      description:
        "Present in an account-driven enrollment: of a personal device, or of one that the organization owns",
    }),
  ),
}).annotate({
  identifier: "EnrollRequest",
  description: "A device asks for an enrollment profile",
  examples: [{ mdmOrigin: { url: "https://mdm.example.com" }, token: "ENROLLMENT-TOKEN" }],
})
/**
 * @category models
 * @since 0.1.0
 */
export type EnrollRequest = typeof EnrollRequest.Type

/**
 * The device gets the enrollment profile.
 *
 * @category schemas
 * @since 0.1.0
 */
export const EnrollmentAllowed = Schema.TaggedStruct("Allow", {
  profile: Schema.optionalKey(EnrollmentBranding),
  managedAppleId: Schema.optionalKey(
    Schema.NonEmptyString.annotate({
      description: "The Managed Apple Account of the user; required in an account-driven enrollment",
    }),
  ),
}).annotate({
  identifier: "EnrollmentAllowed",
  description: "The device gets the enrollment profile",
  examples: [{ _tag: "Allow", profile: { organization: "Example Inc." } }],
})
/**
 * @category models
 * @since 0.1.0
 */
export type EnrollmentAllowed = typeof EnrollmentAllowed.Type

/**
 * The device gets no enrollment profile. `message` is shown to its user.
 *
 * @category schemas
 * @since 0.1.0
 */
export const EnrollmentDenied = Schema.TaggedStruct("Deny", { message: Schema.optionalKey(Schema.String) }).annotate({
  identifier: "EnrollmentDenied",
  description: "The device gets no enrollment profile",
  examples: [{ _tag: "Deny", message: "Ask your administrator for a new link." }],
})
/**
 * @category models
 * @since 0.1.0
 */
export type EnrollmentDenied = typeof EnrollmentDenied.Type

/**
 * The device must update its software before it can enroll (Apple: `com.apple.softwareupdate.required`).
 *
 * **Gotchas**
 *
 * Only a device in Setup Assistant understands this answer, iOS 17 and macOS 14 or later. Its `machineInfo` has
 * `MDM_CAN_REQUEST_SOFTWARE_UPDATE`.
 *
 * @category schemas
 * @since 0.1.0
 */
export const SoftwareUpdateRequired = Schema.TaggedStruct("SoftwareUpdateRequired", {
  osVersion: Schema.NonEmptyString.annotate({ description: "The version to update to, such as 26.1 or 26.1 (a)" }),
  buildVersion: Schema.optionalKey(
    Schema.NonEmptyString.annotate({ description: "The build to update to; osVersion decides where they disagree" }),
  ),
}).annotate({
  identifier: "SoftwareUpdateRequired",
  description: "The device must update its software before it can enroll",
  examples: [{ _tag: "SoftwareUpdateRequired", osVersion: "26.1", buildVersion: "23B85" }],
})
/**
 * @category models
 * @since 0.1.0
 */
export type SoftwareUpdateRequired = typeof SoftwareUpdateRequired.Type

/**
 * The user must sign in with Platform SSO before the device can enroll (Apple: `com.apple.psso.required`).
 *
 * **Details**
 *
 * The Mac installs the package and the profile, lets the user sign in at `authURL`, and asks for enrollment again; that request has
 * the identity provider's token in `authorization`.
 *
 * **Gotchas**
 *
 * Only a Mac in Setup Assistant understands this answer, macOS 26 or later. Its `machineInfo` has `MDM_CAN_REQUEST_PSSO_CONFIG`.
 *
 * @category schemas
 * @since 0.1.0
 */
export const PlatformSsoRequired = Schema.TaggedStruct("PlatformSsoRequired", {
  profileURL: Schema.NonEmptyString.annotate({
    description: "The URL of a profile with an ExtensibleSingleSignOn payload",
  }),
  authURL: Schema.NonEmptyString.annotate({ description: "The URL where the user signs in" }),
  package: Schema.Struct({
    manifestURL: Schema.NonEmptyString.check(
      Schema.isPattern(/^https:/u, { message: "Expected a URL that begins with https:" }),
    ).annotate({ description: "The URL of the manifest of the app that contains the SSO extension" }),
    pinningCerts: Schema.optionalKey(
      Schema.Array(Schema.String.check(Schema.isBase64())).annotate({
        description: "Certificates, DER in base64, one of which must serve the manifest",
      }),
    ),
    pinningRevocationCheckRequired: Schema.optionalKey(Schema.Boolean),
  }),
}).annotate({
  identifier: "PlatformSsoRequired",
  description: "The user must sign in with Platform SSO before the device can enroll",
  examples: [
    {
      _tag: "PlatformSsoRequired",
      profileURL: "https://mdm.example.com/psso.mobileconfig",
      authURL: "https://idp.example.com/authenticate",
      package: { manifestURL: "https://mdm.example.com/psso-app.plist" },
    },
  ],
})
/**
 * @category models
 * @since 0.1.0
 */
export type PlatformSsoRequired = typeof PlatformSsoRequired.Type

/**
 * The user must sign in before the device gets the profile, in an account-driven enrollment. The device receives `challenge` as `WWW-Authenticate` and repeats its
 * request with the result in `authorization`.
 *
 * @category schemas
 * @since 0.1.0
 */
export const SignInRequired = Schema.TaggedStruct("SignInRequired", {
  challenge: Schema.String.check(
    Schema.isPattern(/^[!-~][ -~]*$/, { message: "Expected the value of a WWW-Authenticate header" }),
  ).annotate({
    description: "The value of WWW-Authenticate: Apple's method apple-as-web with url, or apple-oauth2 with its URLs",
  }),
}).annotate({
  identifier: "SignInRequired",
  description: "The user must sign in before the device gets the enrollment profile",
  examples: [
    { _tag: "SignInRequired", challenge: 'Bearer method="apple-as-web", url="https://idp.example.com/authenticate"' },
  ],
})
/**
 * @category models
 * @since 0.1.0
 */
export type SignInRequired = typeof SignInRequired.Type

/**
 * Answer of `enroll`.
 *
 * @category schemas
 * @since 0.1.0
 */
export const EnrollAnswer = Schema.Union([
  EnrollmentAllowed,
  EnrollmentDenied,
  SoftwareUpdateRequired,
  PlatformSsoRequired,
  SignInRequired,
])
  .annotate({ identifier: "EnrollAnswer", description: "Whether the device gets the enrollment profile" })
  .pipe(Schema.toTaggedUnion("_tag"))
/**
 * @category models
 * @since 0.1.0
 */
export type EnrollAnswer = typeof EnrollAnswer.Type
