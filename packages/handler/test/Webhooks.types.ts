/**
 * What must not compile. Checked by the compiler at the root; nothing here runs.
 */

import { CheckInHandler, EventHandler, Handler, type Handlers, Webhooks, WebhookVerifier } from "@espalier/handler"
import { toNodeListener } from "@espalier/handler/node"
import { Idle, InternalServerError, UnknownDevice } from "@espalier/schema"
import { Config, Context, Effect, Layer } from "effect"
import type { HttpRouter } from "effect/http"

/** Passes a value on, so that an annotation is all a case needs. */
declare const is: <A>(value: A) => void
class Database extends Context.Service<Database, { readonly name: string }>()("test/Database") {}
class Clock extends Context.Service<Clock, { readonly now: number }>()("test/Clock") {}

const nothing = () => Effect.void
const fourEvents = { TokenUpdate: nothing, CheckOut: nothing, CommandResult: nothing, DeclarationStatus: nothing }
const event = { Authenticate: nothing, ...fourEvents, IdentityExpiring: nothing }
const unsupported = { ...Handler.declarativeManagementNotSupported, ...Handler.optionalNotSupported }
const asset = () => Effect.succeed(null)
const checkin = () => Effect.succeed(Idle.make({}))
const verifier = WebhookVerifier.layerUnsigned

// Handler.layer: complete, and nothing else.
const all = Handler.layer({ event, checkin, asset, ...unsupported })
is<Layer.Layer<Handlers>>(all)
Webhooks.toFetchHandler(Layer.merge(all, verifier))
Webhooks.toHttpEffect(Layer.merge(all, verifier))
toNodeListener(Layer.merge(all, verifier))

// @ts-expect-error: the check-in webhook is missing
Handler.layer({ event, asset, ...unsupported })
// @ts-expect-error: the optional webhooks are missing; a spread answers them
Handler.layer({ event, checkin, asset, ...Handler.declarativeManagementNotSupported })
// @ts-expect-error: the events are missing
Handler.layer({ checkin, asset, ...unsupported })
// @ts-expect-error: Authenticate is missing
Handler.layer({ event: { ...fourEvents, IdentityExpiring: nothing }, checkin, asset, ...unsupported })
// @ts-expect-error: IdentityExpiring is missing
Handler.layer({ event: { ...fourEvents, Authenticate: nothing }, checkin, asset, ...unsupported })
// @ts-expect-error: Teleport is not an event
Handler.layer({ event: { ...event, Teleport: nothing }, checkin, asset, ...unsupported })
// @ts-expect-error: teleport is not a webhook
Handler.layer({ event, checkin, asset, teleport: nothing, ...unsupported })

// Parameters are typed by their webhook and their event.
Handler.layer({
  event: {
    ...event,
    Authenticate: (event, scope) => Effect.log(event.serialNumber, scope.udid),
    // @ts-expect-error: CheckOut has no push token
    CheckOut: (event) => Effect.log(event.pushToken),
  },
  // @ts-expect-error: `declaration` has an identifier, `checkin` does not
  checkin: (request) => Effect.as(Effect.log(request.identifier), Idle.make({})),
  asset: ({ identifier }) => Effect.as(Effect.log(identifier), null),
  ...unsupported,
})

// Errors and answers are those of the protocol.
Handler.layer({ event, checkin: () => Effect.fail(new UnknownDevice({})), asset, ...unsupported })
Handler.layer({ event, checkin: () => Effect.succeed({ _tag: "Idle" }), asset, ...unsupported })
// @ts-expect-error: an error that the protocol does not have
Handler.layer({ event, checkin: () => Effect.fail("other"), asset, ...unsupported })
// @ts-expect-error: the same in an event
Handler.layer({ event: { ...event, CheckOut: () => Effect.fail("other") }, checkin, asset, ...unsupported })
// @ts-expect-error: an answer of another webhook
Handler.layer({ event, checkin: () => Effect.succeed({ tokenData: "" }), asset, ...unsupported })
// @ts-expect-error: not an Effect
Handler.layer({ event, checkin: () => ({ _tag: "Idle" }), asset, ...unsupported })

// What the functions require, the layer requires: all of it, and no more.
const needy = Handler.layer({
  event: { ...event, CheckOut: () => Effect.asVoid(Database) },
  checkin: () => Effect.as(Clock, Idle.make({})),
  asset,
  ...unsupported,
})
is<Layer.Layer<Handlers, never, Database | Clock>>(needy)
// @ts-expect-error: the database of an event's function is missing
is<Layer.Layer<Handlers, never, Clock>>(needy)
// @ts-expect-error: the clock of a webhook's function is missing
is<Layer.Layer<Handlers, never, Database>>(needy)
// @ts-expect-error: both are missing
Webhooks.toFetchHandler(Layer.merge(needy, verifier))

// Who may call is a decision.
// @ts-expect-error: no verifier
Webhooks.toFetchHandler(all)
// @ts-expect-error: no verifier
toNodeListener(all)
// @ts-expect-error: at least one secret
WebhookVerifier.layer({ secrets: [] })
// @ts-expect-error: at least one secret
WebhookVerifier.layerConfig({ secrets: [] })
// @ts-expect-error: layerConfig takes configs, `layer` takes secrets
WebhookVerifier.layerConfig({ secrets: ["whsec_"] })
is<Layer.Layer<WebhookVerifier, unknown>>(
  WebhookVerifier.layerConfig({ secrets: [Config.String("A"), Config.Redacted("B")] }),
)

// The same for apps that mount the routes: what is missing stays in the type.
type WithoutEvents = Exclude<Handlers, EventHandler>
const routes = Webhooks.layer.pipe(Layer.provide(EventHandler.layerByTag(event)))
is<Layer.Layer<never, never, HttpRouter.HttpRouter | WithoutEvents | WebhookVerifier>>(routes)
// @ts-expect-error: the check-in service is missing
is<Layer.Layer<never, never, HttpRouter.HttpRouter | Exclude<WithoutEvents, CheckInHandler> | WebhookVerifier>>(routes)
// @ts-expect-error: no verifier
is<Layer.Layer<never, never, HttpRouter.HttpRouter | WithoutEvents>>(routes)
is<Layer.Layer<never, never, HttpRouter.HttpRouter>>(Webhooks.layer.pipe(Layer.provide(Layer.merge(all, verifier))))

// A single service.
is<Layer.Layer<CheckInHandler, never, Database>>(CheckInHandler.layer(() => Effect.as(Database, Idle.make({}))))
CheckInHandler.layer(() => Effect.fail(new InternalServerError({ message: "why" })))
// @ts-expect-error: an error that the protocol does not have
CheckInHandler.layer(() => Effect.fail(new Error("other")))
// @ts-expect-error: a command under the tag of a sync
CheckInHandler.layer(() => Effect.succeed({ _tag: "DdmSync", commandUUID: "c", requestType: "r", payload: {} }))
// @ts-expect-error: DeclarationStatus is missing
EventHandler.layerByTag({
  Authenticate: nothing,
  TokenUpdate: nothing,
  CheckOut: nothing,
  CommandResult: nothing,
  IdentityExpiring: nothing,
})
