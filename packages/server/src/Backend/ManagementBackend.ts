/**
 * A management backend, as the whitelabel server sees it: one method a webhook.
 *
 * Each call is typed, signed and bounded in time, size and number; it ends in the webhook's answer or in a `BackendError`,
 * never in a defect, however odd the backend is.
 */
import type { AnswerOf, RequestOf, WebhookName } from "@espalier/schema"
import { Context, Effect, Layer, type Scope } from "effect"
import type { BackendError } from "./BackendError.ts"
import * as BackendOptions from "./BackendOptions.ts"
import * as Bulkhead from "./Bulkhead.ts"
import * as Call from "./Call.ts"
import * as Circuit from "./Circuit.ts"
import * as Transport from "./Transport.ts"

/**
 * One method for every webhook of the protocol's table.
 *
 * @category models
 * @since 0.1.0
 */
export type WebhookCalls = {
  readonly [Name in WebhookName]: (request: RequestOf<Name>) => Effect.Effect<AnswerOf<Name>, BackendError>
}

/**
 * The backend that decides for devices.
 *
 * @example
 * ```ts
 * import { ManagementBackend } from "@espalier/server/client"
 *
 * const Backend = ManagementBackend.layer({ baseUrl: "https://backend.example.com" })
 * ```
 *
 * @category services
 * @since 0.1.0
 */
export class ManagementBackend extends Context.Service<ManagementBackend, WebhookCalls>()(
  "@espalier/server/ManagementBackend",
) {
  /** Calls to the backend at `baseUrl`, over connections that live as long as the layer. */
  static readonly layer = (
    options: BackendOptions.BackendOptions,
  ): Layer.Layer<ManagementBackend, BackendOptions.InvalidBackendOptions> =>
    Layer.effect(ManagementBackend)(make(options))
}

/**
 * The same without a layer, for those who talk to several backends.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = Effect.fnUntraced(function* (
  input: BackendOptions.BackendOptions,
): Effect.fn.Return<WebhookCalls, BackendOptions.InvalidBackendOptions, Scope.Scope> {
  const options = yield* Effect.fromResult(BackendOptions.resolve(input))
  const shared: Call.Shared = {
    options,
    client: yield* Transport.make(options),
    bulkhead: Bulkhead.make(options),
    circuit: yield* Circuit.make(options),
  }
  return {
    event: Call.make("event", shared),
    checkin: Call.make("checkin", shared),
    declarationTokens: Call.make("declarationTokens", shared),
    declarationItems: Call.make("declarationItems", shared),
    declaration: Call.make("declaration", shared),
    asset: Call.make("asset", shared),
    bootstrapToken: Call.make("bootstrapToken", shared),
    userAuthenticate: Call.make("userAuthenticate", shared),
    token: Call.make("token", shared),
    enroll: Call.make("enroll", shared),
    returnToService: Call.make("returnToService", shared),
    adopt: Call.make("adopt", shared),
  }
})
