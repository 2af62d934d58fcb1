/**
 * What the public layers require, provide and fail with is exported by name. Checked by the compiler at the root; nothing here runs.
 */
import type * as Handler from "@espalier/handler"
import type * as Node from "@espalier/handler/node"
import type { Failures, Provisions, Requirements, Services } from "@espalier/testing/PublicLayers"
import type { Config } from "effect"
import type { HttpRouter } from "effect/http"

type Public = typeof Handler & typeof Node
declare const is: <A>(value: A) => void
declare const layers: {
  readonly requirements: Requirements<Public>
  readonly provisions: Provisions<Public>
  readonly failures: Failures<Public>
}

is<Services<Public> | HttpRouter.HttpRouter>(layers.requirements)
is<Services<Public>>(layers.provisions)
is<Handler.Secret.SecretError | Config.ConfigError>(layers.failures)

// The types above see the layers: each of these is less than what they need.
// @ts-expect-error: the routes require the handlers
is<HttpRouter.HttpRouter | Handler.WebhookVerifier>(layers.requirements)
// @ts-expect-error: the routes require a verifier
is<HttpRouter.HttpRouter | Handler.Handlers>(layers.requirements)
// @ts-expect-error: a single service has a layer
is<Exclude<Services<Public>, Handler.AdoptHandler>>(layers.provisions)
// @ts-expect-error: a secret may be malformed
is<Config.ConfigError>(layers.failures)
