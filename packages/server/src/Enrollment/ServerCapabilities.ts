/**
 * The `ServerCapabilities` of an enrollment profile: only what the backend supports. A device that reads `com.apple.mdm.bootstraptoken` there hands over its
 * bootstrap token and expects it to be kept.
 *
 * **Details**
 *
 * Unless they are configured, the server asks the backend: it calls `bootstrap-token` and `token` for the device {@link probe}, which does not exist. Every answer
 * but "not offered" means that the webhook is supported. The result is kept for ten minutes.
 */
import type { MdmOrigin, Scope } from "@espalier/schema"
import { Effect } from "effect"
import { type BackendError, type BackendUnavailable, ManagementBackend } from "../Backend/index.ts"
import { EnrollmentSettings } from "./EnrollmentSettings.ts"

/**
 * The UDID in the questions about capabilities.
 *
 * @category constants
 * @since 0.1.0
 */
export const probe = "ESPALIER-CAPABILITIES"

/**
 * The optional capabilities.
 *
 * @category models
 * @since 0.1.0
 */
export interface Capabilities {
  readonly bootstrapToken: boolean
  readonly token: boolean
}

const timeToLive = "10 minutes"

/**
 * Makes the effect that returns the capabilities, with Apple's names.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = Effect.gen(function* () {
  const backend = yield* ManagementBackend
  const { capabilities: configured } = yield* EnrollmentSettings
  const mdmOrigin: MdmOrigin = { url: "https://espalier.invalid" }
  const scope: Scope = { _tag: "device", udid: probe, mdmOrigin }
  const [cached, invalidate] = yield* Effect.all(
    {
      bootstrapToken: isSupported(backend.bootstrapToken({ scope })),
      token: isSupported(backend.token({ scope, tokenServiceType: "com.apple.maid" })),
    },
    { concurrency: "unbounded" },
  ).pipe(Effect.cachedInvalidateWithTTL(timeToLive))
  // A failure is not kept.
  const asked = Effect.tapError(cached, () => invalidate)
  const found: Effect.Effect<Capabilities, BackendUnavailable> =
    configured === undefined ? asked : Effect.succeed(configured)
  return Effect.map(found, ({ bootstrapToken, token }) => [
    "com.apple.mdm.per-user-connections",
    ...(bootstrapToken ? ["com.apple.mdm.bootstraptoken"] : []),
    ...(token ? ["com.apple.mdm.token"] : []),
  ])
})

const isSupported = <A>(call: Effect.Effect<A, BackendError>): Effect.Effect<boolean, BackendUnavailable> =>
  call.pipe(
    Effect.as(true),
    Effect.catchTags({
      ManagementNotSupported: () => Effect.succeed(false),
      UnknownDevice: () => Effect.succeed(true),
      ServerInitiatedUnenrollment: () => Effect.succeed(true),
      InternalServerError: () => Effect.succeed(true),
      // A backend that answers with something else does not keep tokens; one that does not answer may.
      BackendUnavailable: (error) => (error.reason === "InvalidResponse" ? Effect.succeed(false) : Effect.fail(error)),
    }),
  )
