/**
 * Enrollment (optional webhook): may this device have a profile, and what shall its person read in it?
 */
import { Schema } from "effect"
import { PropertyListDictionary } from "./PropertyList.ts"
import { MdmOrigin } from "./Scope.ts"

/**
 * What the device's person reads in the enrollment profile.
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
  description: "What the device's person reads in the enrollment profile",
  examples: [{ organization: "Example Inc.", displayName: "Example management" }],
})
/**
 * @category models
 * @since 0.1.0
 */
export type EnrollmentBranding = typeof EnrollmentBranding.Type

/**
 * Body of `enroll`.
 *
 * @category schemas
 * @since 0.1.0
 */
export const EnrollRequest = Schema.Struct({
  mdmOrigin: MdmOrigin,
  token: Schema.optionalKey(Schema.String),
  userAgent: Schema.optionalKey(Schema.String),
  machineInfo: Schema.optionalKey(PropertyListDictionary),
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
 * Hand out the profile, or do not and say why.
 *
 * @category schemas
 * @since 0.1.0
 */
export const EnrollAnswer = Schema.Union([
  Schema.TaggedStruct("Allow", { profile: Schema.optionalKey(EnrollmentBranding) }).annotate({
    identifier: "EnrollmentAllowed",
    examples: [{ _tag: "Allow", profile: { organization: "Example Inc." } }],
  }),
  Schema.TaggedStruct("Deny", { message: Schema.optionalKey(Schema.String) }).annotate({
    identifier: "EnrollmentDenied",
    examples: [{ _tag: "Deny", message: "Ask your administrator for a new link." }],
  }),
])
  .annotate({ identifier: "EnrollAnswer", description: "Hand out the enrollment profile, or do not and say why" })
  .pipe(Schema.toTaggedUnion("_tag"))
/**
 * @category models
 * @since 0.1.0
 */
export type EnrollAnswer = typeof EnrollAnswer.Type
