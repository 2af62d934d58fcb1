/**
 * A management backend, as the whitelabel server calls it: one method for each webhook.
 *
 * Each call is typed, signed, and limited in time, size and number. It returns the webhook's answer or fails with a `BackendError`; no response of
 * a backend causes a defect.
 */
import type { AnswerOf, RequestOf, WebhookName } from "@espalier/schema"
import { Config, Context, Effect, Layer, type Scope } from "effect"
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
 * **Example**
 *
 * ```ts
 * import { ManagementBackend } from "@espalier/server/client"
 * import { Config, Schema } from "effect"
 *
 * const Backend = ManagementBackend.layer({ baseUrl: "https://backend.example.com" })
 *
 * const FromEnvironment = ManagementBackend.layerConfig({
 *   baseUrl: Config.String("WEBHOOK_URL"),
 *   secrets: Config.Array(Schema.Redacted(Schema.String), "WEBHOOK_SECRETS"),
 * })
 * ```
 *
 * @category services
 * @since 0.1.0
 */
export class ManagementBackend extends Context.Service<ManagementBackend, WebhookCalls>()(
  "@espalier/server/ManagementBackend",
) {
  /** Calls the backend at `baseUrl`, over connections that are closed with the layer. */
  static readonly layer = (
    options: BackendOptions.BackendOptions,
  ): Layer.Layer<ManagementBackend, BackendOptions.InvalidBackendOptions> =>
    Layer.effect(ManagementBackend)(make(options))

  /** The same, with options read from the `Config`. */
  static readonly layerConfig = (
    options: Config.Wrap<BackendOptions.BackendOptions>,
  ): Layer.Layer<ManagementBackend, BackendOptions.InvalidBackendOptions | Config.ConfigError> =>
    Layer.effect(ManagementBackend)(Effect.flatMap(Config.unwrap(options), make))
}

/**
 * The same without a layer, for an app that calls several backends.
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
