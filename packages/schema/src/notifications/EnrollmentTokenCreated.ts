/**
 * An enrollment token was created.
 *
 * The documentation spells the action in two ways, `…_enrollment_token_created` in its example and
 * `…_enrollment-token_created` in its table. Both are decoded; the one of the example is encoded.
 */
import { Schema, SchemaTransformation } from "effect"
import { NotificationOrganization, NotificationPlatform } from "./Members.ts"

const suffix = "_enrollment_token_created"
const otherSuffix = "_enrollment-token_created"

const written = Schema.TemplateLiteral([NotificationPlatform, suffix])
const read = Schema.Union([written, Schema.TemplateLiteral([NotificationPlatform, otherSuffix])])

const spelling: { readonly [Action in typeof read.Type]: typeof written.Type } = {
  emm_enrollment_token_created: "emm_enrollment_token_created",
  win_enrollment_token_created: "win_enrollment_token_created",
  adm_enrollment_token_created: "adm_enrollment_token_created",
  "emm_enrollment-token_created": "emm_enrollment_token_created",
  "win_enrollment-token_created": "win_enrollment_token_created",
  "adm_enrollment-token_created": "adm_enrollment_token_created",
}

/**
 * Subscription `enrollment_token_created`. `enrollmentToken.type` is the management mode, such as `Fully Managed` or `Work Profile`.
 * Only in this event `mdmUser.id` is an object, as the documentation shows it.
 *
 * @category schemas
 * @since 0.1.0
 */
export const EnrollmentTokenCreated = Schema.Struct({
  action: read.pipe(
    Schema.decodeTo(
      written,
      SchemaTransformation.transform({ decode: (action) => spelling[action], encode: (action) => action }),
    ),
  ),
  sendEmail: Schema.Boolean,
  enrollmentToken: Schema.Struct({ type: Schema.String }),
  mdmUser: Schema.Struct({
    id: Schema.Struct({ id: Schema.String, email: Schema.String }),
    email: Schema.String,
    url: Schema.String,
  }),
  organization: NotificationOrganization,
}).annotate({
  identifier: "EnrollmentTokenCreated",
  description: "A new MDM Enrollment token has been created",
  examples: [
    {
      action: "adm_enrollment_token_created",
      sendEmail: true,
      enrollmentToken: { type: "Device Enrollment" },
      mdmUser: {
        id: { id: "5e9099ee4da32b180204770e", email: "ada@example.com" },
        email: "ada@example.com",
        url: "https://dashboard.example.com/users/5e9099ee4da32b180204770e",
      },
      organization: { id: "5d4d1391cd523c15f50df235", name: "Example", url: "https://dashboard.example.com/example" },
    },
  ],
})
/**
 * @category models
 * @since 0.1.0
 */
export type EnrollmentTokenCreated = typeof EnrollmentTokenCreated.Type
