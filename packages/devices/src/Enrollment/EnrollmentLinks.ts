/**
 * Creates the links that enroll devices. The whitelabel server knows its enrollment tokens, so a backend connects the two.
 */
import { Context, Effect, Layer } from "effect"
import type { StorageError } from "../StorageError.ts"
import { type EnrollmentLink, EnrollmentLinksNotSupported } from "./EnrollmentApiGroup.ts"

/**
 * @category services
 * @since 0.1.0
 */
export class EnrollmentLinks extends Context.Service<
  EnrollmentLinks,
  {
    readonly create: (workspace: string) => Effect.Effect<EnrollmentLink, EnrollmentLinksNotSupported | StorageError>
  }
>()("@espalier/devices/EnrollmentLinks") {
  /** For a backend that creates no links. */
  static readonly layerNotSupported: Layer.Layer<EnrollmentLinks> = Layer.succeed(EnrollmentLinks, {
    create: () => Effect.fail(new EnrollmentLinksNotSupported({})),
  })
}
