/**
 * What is declared, and for whom.
 */
import { Schema } from "effect"

/**
 * What is declared, before it has an identifier and a token: Apple's `Type` and `Payload`.
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
 * For whom a declaration is: nobody named is every device (not its users).
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
 * A declaration and for whom it is.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Declared = Schema.Struct({ target: Target, declaration: Declaration }).annotate({
  identifier: "Declared",
})
/**
 * @category models
 * @since 0.1.0
 */
export type Declared = typeof Declared.Type
