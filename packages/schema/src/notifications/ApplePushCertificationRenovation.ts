/**
 * The Apple push certificate expires soon. Without it no Apple device can be asked to check in.
 */
import { Schema } from "effect"
import { NotificationOrganization } from "./Members.ts"

/**
 * Subscription `apple_push_certification_renovation`. `numDays` is the number of days that remain, as a string of decimal digits.
 *
 * @category schemas
 * @since 0.1.0
 */
export const ApplePushCertificationRenovation = Schema.Struct({
  action: Schema.Literal("apple_push_certification_renovation"),
  organization: NotificationOrganization,
  numDays: Schema.String.check(
    Schema.isPattern(/^(?:0|[1-9]\d{0,5})$/u, { message: "Expected a decimal number of days" }),
  ),
  appleId: Schema.String.annotate({ description: "The Apple ID that created the certificate" }),
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
