/**
 * Declarations and their targets.
 */
import { StatusReport } from "@espalier/schema"
import { Schema } from "effect"

/**
 * A declaration without identifier and token: Apple's `Type` and `Payload`.
 *
 * @category schemas
 * @since 0.1.0
 */
export const DeclarationContent = Schema.Struct({
  Type: Schema.String.check(
    Schema.isPattern(/^com\.apple\.(activation|configuration|asset|management)\.[\w.-]+$/, {
      message: "Expected a type such as com.apple.configuration.passcode.settings",
    }),
  ),
  Payload: Schema.JsonObject,
}).annotate({ identifier: "DeclarationContent" })
/**
 * @category models
 * @since 0.1.0
 */
export type DeclarationContent = typeof DeclarationContent.Type

/**
 * A declaration as Apple defines it.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Declaration = Schema.Struct({
  ...DeclarationContent.fields,
  Identifier: Schema.NonEmptyString,
  ServerToken: Schema.NonEmptyString,
}).annotate({ identifier: "Declaration" })
/**
 * @category models
 * @since 0.1.0
 */
export type Declaration = typeof Declaration.Type

/**
 * Which channels a declaration is for: without `udid` every device (not its users), else one device, or with `userId` one of its users.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Target = Schema.Struct({
  udid: Schema.optionalKey(Schema.NonEmptyString),
  userId: Schema.optionalKey(Schema.NonEmptyString),
  userShortName: Schema.optionalKey(Schema.String),
})
  .check(
    Schema.makeFilter(({ udid, userId }) => udid !== undefined || userId === undefined || "A userId needs its udid"),
  )
  .annotate({ identifier: "Target" })
/**
 * @category models
 * @since 0.1.0
 */
export type Target = typeof Target.Type

/**
 * A declaration with its target.
 *
 * @category schemas
 * @since 0.1.0
 */
export const TargetedDeclaration = Schema.Struct({ target: Target, declaration: Declaration }).annotate({
  identifier: "TargetedDeclaration",
})
/**
 * @category models
 * @since 0.1.0
 */
export type TargetedDeclaration = typeof TargetedDeclaration.Type

/**
 * How far a channel is with its declarations. `token` is the combined token of the channel's declarations, `report` its merged status reports.
 *
 * @category schemas
 * @since 0.1.0
 */
export const SyncStatus = Schema.Struct({
  token: Schema.String,
  synchronized: Schema.Boolean,
  report: Schema.optionalKey(StatusReport),
}).annotate({ identifier: "SyncStatus" })
/**
 * @category models
 * @since 0.1.0
 */
export type SyncStatus = typeof SyncStatus.Type
