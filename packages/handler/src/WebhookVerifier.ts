/**
 * Verifies that a webhook call comes from the whitelabel server. The routes require this service, so accepting unsigned calls is
 * an explicit decision in the code.
 *
 * {@link WebhookVerifier.layer} verifies the Standard Webhooks signature over the raw body, in constant time, with any of several
 * secrets (rotation), and requires a timestamp within five minutes of the current time. A retry has the same `webhook-id` and is accepted.
 */
import { InvalidSignature } from "@espalier/schema"
import { Secret, WebhookSignature } from "@espalier/signing"
import { type Array, Clock, Config, Context, Effect, Layer, type Redacted, Result } from "effect"

/**
 * Verifies one call, from its headers and its raw body.
 *
 * @category services
 * @since 0.1.0
 */
export class WebhookVerifier extends Context.Service<
  WebhookVerifier,
  (headers: { readonly [name: string]: string | undefined }, body: Uint8Array) => Effect.Effect<void, InvalidSignature>
>()("@espalier/handler/WebhookVerifier") {
  /**
   * Accepts calls that are signed with one of the secrets (`whsec_…`, `whsk_…` or `whpk_…`). Fails when a secret is malformed.
   */
  static layer(options: {
    readonly secrets: Array.NonEmptyReadonlyArray<Redacted.Redacted | string>
  }): Layer.Layer<WebhookVerifier, Secret.SecretError> {
    return Layer.effect(
      WebhookVerifier,
      Effect.gen(function* () {
        const secrets = yield* Effect.fromResult(Result.all(options.secrets.map(Secret.parse)))
        return (headers, body) =>
          Clock.clockWith((clock) =>
            Result.match(WebhookSignature.verifyAt(clock.currentTimeMillisUnsafe(), { headers, body, secrets }), {
              onSuccess: () => Effect.void,
              onFailure: () => rejected,
            }),
          )
      }),
    )
  }

  /**
   * The same with secrets from the configuration. A missing one is a `ConfigError`, a malformed one a `SecretError`.
   *
   * **Example** (A secret from the environment)
   *
   * ```ts
   * import { WebhookVerifier } from "@espalier/handler"
   * import { Config } from "effect"
   *
   * export const Verifier = WebhookVerifier.layerConfig({ secrets: [Config.Redacted("WEBHOOK_SECRET")] })
   * ```
   */
  static layerConfig(options: {
    readonly secrets: Array.NonEmptyReadonlyArray<Config.Config<Redacted.Redacted | string>>
  }): Layer.Layer<WebhookVerifier, Config.ConfigError | Secret.SecretError> {
    const [first, ...others] = options.secrets
    return Layer.unwrap(
      Effect.map(Config.all([first, Config.all(others)]), ([one, more]) =>
        WebhookVerifier.layer({ secrets: [one, ...more] }),
      ),
    )
  }

  /**
   * Accepts every call. For an address that only the whitelabel server reaches; logs a warning.
   */
  static readonly layerUnsigned: Layer.Layer<WebhookVerifier> = Layer.effect(
    WebhookVerifier,
    Effect.as(
      Effect.logWarning(
        "Webhook signatures are not verified: any client that reaches this address can act for your devices",
      ),
      () => Effect.void,
    ),
  )
}

/** One answer for every reason: the caller does not learn which. */
const rejected = Effect.fail(
  new InvalidSignature({ message: "The signature is missing, stale or wrong: check the secret and the clock" }),
)
