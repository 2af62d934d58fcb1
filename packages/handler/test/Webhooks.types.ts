/**
 * What must not compile. Checked by the compiler at the root; nothing here runs.
 */
import { InternalServerError, UnknownDevice } from "@espalier/schema"
import { Context, Effect, Layer } from "effect"
import type { HttpRouter } from "effect/http"
import {
  AssetHandler,
  CheckInHandler,
  DeclarationHandler,
  DeclarationItemsHandler,
  DeclarationTokensHandler,
  EventHandler,
  type Handlers,
  layerOptionalNotSupported,
  Webhooks,
  WebhookVerifier,
} from "../src/index.ts"
import { toNodeListener } from "../src/Node.ts"

/** Hands a value on, so that an annotation is all a case needs. */
declare const is: <A>(value: A) => void
class Database extends Context.Service<Database, { readonly name: string }>()("test/Database") {}

const CheckIn = CheckInHandler.layer(() => Effect.succeed({ _tag: "Idle" }))
const allButCheckIn = Layer.mergeAll(
  EventHandler.layerNotSupported,
  DeclarationTokensHandler.layerNotSupported,
  DeclarationItemsHandler.layerNotSupported,
  DeclarationHandler.layerNotSupported,
  AssetHandler.layerNotSupported,
  layerOptionalNotSupported,
)
const all = Layer.merge(allButCheckIn, CheckIn)
const verifier = WebhookVerifier.layerUnsigned

is<Layer.Layer<Handlers>>(all)
Webhooks.toFetchHandler(Layer.merge(all, verifier))
Webhooks.toHttpEffect(Layer.merge(all, verifier))
toNodeListener(Layer.merge(all, verifier))

// @ts-expect-error: the check-in service is missing
Webhooks.toFetchHandler(Layer.merge(allButCheckIn, verifier))
// @ts-expect-error: the check-in service is missing
Webhooks.toHttpEffect(Layer.merge(allButCheckIn, verifier))
// @ts-expect-error: the check-in service is missing
toNodeListener(Layer.merge(allButCheckIn, verifier))
// @ts-expect-error: the optional ones are services too; layerOptionalNotSupported provides them
Webhooks.toFetchHandler(Layer.mergeAll(EventHandler.layerNotSupported, CheckIn, verifier))
// @ts-expect-error: who may call is not decided
Webhooks.toFetchHandler(all)
// @ts-expect-error: who may call is not decided
toNodeListener(all)

// The same for those who mount the routes: what is missing stays in the type.
const routes = Webhooks.layer.pipe(Layer.provide(allButCheckIn))
is<Layer.Layer<never, never, HttpRouter.HttpRouter | CheckInHandler | WebhookVerifier>>(routes)
// @ts-expect-error: the check-in service is missing
is<Layer.Layer<never, never, HttpRouter.HttpRouter | WebhookVerifier>>(routes)
// @ts-expect-error: who may call is not decided
is<Layer.Layer<never, never, HttpRouter.HttpRouter | CheckInHandler>>(routes)
is<Layer.Layer<never, never, HttpRouter.HttpRouter>>(Webhooks.layer.pipe(Layer.provide(Layer.merge(all, verifier))))

CheckInHandler.layer(() => Effect.fail(new UnknownDevice({})))
CheckInHandler.layer(() => Effect.fail(new InternalServerError({ message: "why" })))
// @ts-expect-error: an error that the protocol does not have
CheckInHandler.layer(() => Effect.fail(new Error("other")))
// @ts-expect-error: nor a string
CheckInHandler.layer(() => Effect.fail("other"))
// @ts-expect-error: an answer of another webhook
CheckInHandler.layer(() => Effect.succeed({ tokenData: "" }))
// @ts-expect-error: a command under the tag of a sync
CheckInHandler.layer(() => Effect.succeed({ _tag: "DdmSync", commandUUID: "c", requestType: "r", payload: {} }))
// @ts-expect-error: no effect at all
CheckInHandler.layer(() => ({ _tag: "Idle" }))
// @ts-expect-error: `declaration` asks for an identifier, `checkin` does not
CheckInHandler.layer((request) => Effect.as(Effect.log(request.identifier), { _tag: "Idle" } as const))

// A service's needs are its layer's.
const needy = CheckInHandler.layer(() => Effect.as(Database, { _tag: "Idle" } as const))
is<Layer.Layer<CheckInHandler, never, Database>>(needy)
// @ts-expect-error: the database is missing
is<Layer.Layer<CheckInHandler>>(needy)
// @ts-expect-error: the database is missing
Webhooks.toFetchHandler(Layer.mergeAll(allButCheckIn, needy, verifier))

const heard = () => Effect.void
EventHandler.layerCases({
  Authenticate: (event) => Effect.log(event.serialNumber),
  TokenUpdate: (event, scope) => Effect.log(event.pushMagic, scope.udid),
  CheckOut: heard,
  CommandResult: heard,
  DeclarationStatus: heard,
})
// @ts-expect-error: DeclarationStatus is forgotten
EventHandler.layerCases({ Authenticate: heard, TokenUpdate: heard, CheckOut: heard, CommandResult: heard })
EventHandler.layerCases({
  Authenticate: heard,
  TokenUpdate: heard,
  CheckOut: heard,
  CommandResult: heard,
  DeclarationStatus: heard,
  // @ts-expect-error: there is no such event
  Teleport: heard,
})
EventHandler.layerCases({
  // @ts-expect-error: an error that the protocol does not have
  Authenticate: () => Effect.fail("other"),
  TokenUpdate: heard,
  CheckOut: heard,
  CommandResult: heard,
  DeclarationStatus: heard,
})

// @ts-expect-error: at least one secret
WebhookVerifier.layer({ secrets: [] })
