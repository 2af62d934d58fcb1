/**
 * The management backend, written once and embedded four times.
 *
 * It remembers which devices enrolled, and lets only those check in. It offers no commands and no declarations.
 */
import { Handler, WebhookVerifier } from "@espalier/handler"
import { Idle, UnknownDevice } from "@espalier/schema"
import { Config, Effect, Layer, Option } from "effect"
import { Devices } from "./Devices.ts"

const webhooks = Handler.layer({
  event: {
    Authenticate: (event, scope) =>
      Devices.useSync((devices) => devices.add({ udid: scope.udid, name: event.deviceName ?? "unnamed" })),
    TokenUpdate: () => Effect.void,
    CheckOut: (_, scope) => Devices.useSync((devices) => void devices.remove(scope.udid)),
    CommandResult: () => Effect.void,
    DeclarationStatus: () => Effect.void,
    IdentityExpiring: (event, scope) => Effect.logWarning(`${scope.udid} must renew before ${event.expiresAt}`),
  },
  checkin: ({ scope }) =>
    Devices.use((devices) =>
      devices.has(scope.udid)
        ? Effect.succeed(Idle.make({}))
        : Effect.fail(new UnknownDevice({ message: "This device never enrolled here" })),
    ),
  asset: Handler.notSupported,
  ...Handler.declarativeManagementNotSupported,
  ...Handler.optionalNotSupported,
})

/**
 * With `WEBHOOK_SECRET`, only signed calls are accepted. Without it every call is, and the log has a warning. A malformed secret ends the
 * start.
 */
const verifier = Layer.unwrap(
  Effect.map(
    Config.option(Config.Redacted("WEBHOOK_SECRET")),
    Option.match({
      onNone: () => WebhookVerifier.layerUnsigned,
      onSome: (secret) => WebhookVerifier.layer({ secrets: [secret] }),
    }),
  ),
).pipe(Layer.orDie)

/** Everything that the routes require. It requires the application's {@link Devices}. */
export const Backend = Layer.merge(webhooks, verifier)
