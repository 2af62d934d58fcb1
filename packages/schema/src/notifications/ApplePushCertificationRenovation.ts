/**
 * The Apple push certificate is about to expire; without it no Apple device can be told to check in.
 */
import { Schema } from "effect"
import { NotificationOrganization } from "./Members.ts"

/**
 * Subscription `apple_push_certification_renovation`. `numDays` is how many days remain, as decimal digits in a string.
 *
 * @category schemas
 * @since 0.1.0
 */
export const ApplePushCertificationRenovation = Schema.Struct({
  action: Schema.Literal("apple_push_certification_renovation"),
  organization: NotificationOrganization,
  numDays: Schema.String.check(
    Schema.isPattern(/^(?:0|[1-9]\d{0,5})$/, { message: "Expected a decimal number of days" }),
  ),
  appleId: Schema.String.annotate({ description: "The Apple ID that the certificate was created with" }),
}).annotate({
  identifier: "ApplePushCertificationRenovation",
  description: "The Apple Push Certificate is approaching expiration",
  examples: [
    {
      action: "apple_push_certification_renovation",
      organization: { id: "5d4d1391cd523c15f50df235", name: "Example", url: "https://dashboard.example.com/example" },
      numDays: "5",
      appleId: "push@example.com",
    },
  ],
})
/**
 * @category models
 * @since 0.1.0
 */
export type ApplePushCertificationRenovation = typeof ApplePushCertificationRenovation.Type
