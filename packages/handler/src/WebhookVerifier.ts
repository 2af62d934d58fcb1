/**
 * Who may call the webhooks. The routes need this service, so that leaving the door open is a decision in the code.
 *
 * {@link WebhookVerifier.layer} checks the Standard Webhooks signature over the raw body, in constant time, with any of several secrets
 * (rotation) and within five minutes of now. A retry carries the same `webhook-id` and is accepted.
 */
import { InvalidSignature } from "@espalier/schema"
import { Secret, WebhookSignature } from "@espalier/signing"
import { type Array, Clock, Context, Effect, Layer, Redacted, Result } from "effect"

/**
 * Checks that a request is the whitelabel server's.
 *
 * @category services
 * @since 0.1.0
 */
export class WebhookVerifier extends Context.Service<
  WebhookVerifier,
  (headers: { readonly [name: string]: string | undefined }, body: Uint8Array) => Effect.Effect<void, InvalidSignature>
>()("@espalier/handler/WebhookVerifier") {
  /**
   * Accepts what is signed by one of the secrets (`whsec_…`, `whsk_…` or `whpk_…`). Fails at start when one is malformed.
   */
  static layer(options: {
    readonly secrets: Array.NonEmptyReadonlyArray<Redacted.Redacted | string>
  }): Layer.Layer<WebhookVerifier, Secret.SecretError> {
    return Layer.effect(
      WebhookVerifier,
      Effect.gen(function* () {
        const texts = options.secrets.map((secret) => (Redacted.isRedacted(secret) ? Redacted.value(secret) : secret))
        const secrets = yield* Effect.fromResult(Result.all(texts.map(Secret.parse)))
        return (headers, body) =>
          Clock.clockWith((clock) =>
            Result.match(WebhookSignature.verifyAt(clock.currentTimeMillisUnsafe(), { headers, body, secrets }), {
              onSuccess: () => Effect.void,
              onFailure: () => refused,
            }),
          )
      }),
    )
  }

  /**
   * Accepts everybody. Only where nobody else reaches the webhooks: says so in the log.
   */
  static readonly layerUnsigned: Layer.Layer<WebhookVerifier> = Layer.effect(
    WebhookVerifier,
    Effect.as(
      Effect.logWarning("Webhook signatures are not checked: whoever reaches this address speaks for your devices"),
      () => Effect.void,
    ),
  )
}

/** One answer for every reason: the caller is not told which. */
const refused = Effect.fail(
  new InvalidSignature({ message: "The signature is missing, stale or wrong: check the secret and the clock" }),
)
