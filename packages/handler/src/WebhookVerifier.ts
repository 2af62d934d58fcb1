/**
 * Verifies that a webhook call comes from the whitelabel server. The routes require this service, so accepting unsigned calls is
 * an explicit decision in the code.
 *
 * {@link WebhookVerifier.layer} verifies the Standard Webhooks signature over the raw body, in constant time, with any of several
 * secrets (rotation), and requires a timestamp within five minutes of the current time. A retry has the same `webhook-id` and is accepted.
 * The caller of a rejected call learns only that it was rejected; the log has the reason.
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
              onFailure: (error) => Effect.andThen(Effect.logWarning(reasonOf(error, headers, body)), rejected),
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

const headerNames = ["webhook-id", "webhook-timestamp", "webhook-signature"]

/** For the backend's own log. */
const reasonOf = (
  error: WebhookSignature.SignatureError,
  headers: { readonly [name: string]: string | undefined },
  body: Uint8Array,
): string => {
  if (body.length === 0 && Number(headers["content-length"] ?? 0) > 0) {
    return "Webhook call rejected: its body was read before. Mount the webhooks before express.json() and the like"
  }
  const missing = headerNames.filter((name) => (headers[name] ?? "") === "")
  if (missing.length === headerNames.length) return "Webhook call rejected: it is not signed"
  if (missing.length > 0) return `Webhook call rejected: it has no ${missing.join(" and no ")}`
  return `Webhook call rejected: ${error.message}`
}

/** One answer for every reason: the caller does not learn which. */
const rejected = Effect.fail(
  new InvalidSignature({ message: "The signature is missing, stale or wrong: check the secret and the clock" }),
)
