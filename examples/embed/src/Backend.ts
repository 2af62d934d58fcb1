/**
 * The management backend, written once and embedded four times: what the application does when a device says something.
 *
 * It remembers who enrolled, and lets only those check in. Commands and declarations it does not offer.
 */
import {
  AssetHandler,
  CheckInHandler,
  DeclarationHandler,
  DeclarationItemsHandler,
  DeclarationTokensHandler,
  EventHandler,
  layerOptionalNotSupported,
  WebhookVerifier,
} from "@espalier/handler"
import { UnknownDevice } from "@espalier/schema"
import { Config, Effect, Layer, Option } from "effect"
import { Devices } from "./Devices.ts"

const events = Layer.unwrap(
  Effect.map(Devices, (devices) =>
    EventHandler.layerCases({
      Authenticate: (event, scope) =>
        Effect.sync(() => devices.add({ udid: scope.udid, name: event.deviceName ?? "unnamed" })),
      TokenUpdate: () => Effect.void,
      CheckOut: (_, scope) => Effect.sync(() => devices.remove(scope.udid)),
      CommandResult: () => Effect.void,
      DeclarationStatus: () => Effect.void,
    }),
  ),
)

const checkIn = CheckInHandler.layer(({ scope }) =>
  Effect.flatMap(Devices, (devices) =>
    devices.has(scope.udid)
      ? Effect.succeed({ _tag: "Idle" })
      : Effect.fail(new UnknownDevice({ message: "This device never enrolled here" })),
  ),
)

/** With `WEBHOOK_SECRET` only the whitelabel server's calls are answered; without it everybody's, and the log warns. What is no secret ends the start. */
const verifier = Layer.unwrap(
  Effect.map(
    Config.option(Config.Redacted("WEBHOOK_SECRET")),
    Option.match({
      onNone: () => WebhookVerifier.layerUnsigned,
      onSome: (secret) => WebhookVerifier.layer({ secrets: [secret] }),
    }),
  ),
).pipe(Layer.orDie)

/** Everything that the routes need; itself it needs the application's {@link Devices}. */
export const Backend = Layer.mergeAll(
  events,
  checkIn,
  DeclarationTokensHandler.layerNotSupported,
  DeclarationItemsHandler.layerNotSupported,
  DeclarationHandler.layerNotSupported,
  AssetHandler.layerNotSupported,
  layerOptionalNotSupported,
  verifier,
)
