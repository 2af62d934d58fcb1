/**
 * The webhook handlers over the services of this package: events, check-ins, declarations, assets and bootstrap tokens.
 *
 * **Details**
 *
 * Declarations come before commands, one command at a time. A sync is only returned when a connection starts: the check-in after it looks like a new
 * connection, and a command that the device has just put off must not return with it.
 */
import type { Handle, HandleEvent } from "@espalier/handler"
import { Command, DdmSync, Idle, InternalServerError, PropertyListDictionary, type Scope } from "@espalier/schema"
import { Effect, Redacted, Schema } from "effect"
import { Assets } from "../Assets/Assets.ts"
import { CommandQueue } from "../Commands/CommandQueue.ts"
import { Declarations } from "../Declarations/Declarations.ts"
import * as Channel from "../Devices/Channel.ts"
import { Devices } from "../Devices/Devices.ts"
import { Escrow } from "../Escrow/Escrow.ts"
import { StorageError } from "../StorageError.ts"
import { DeviceHooks } from "./DeviceHooks.ts"

/**
 * Turns a failure of the storage into the webhook's `InternalServerError`: the device sends its message again.
 *
 * @category combinators
 * @since 0.1.0
 */
export const orInternalServerError = <A, E, R>(self: Effect.Effect<A, E | StorageError, R>) =>
  Effect.catchIf(
    self,
    (error): error is StorageError => error instanceof StorageError,
    (error) =>
      Effect.andThen(
        Effect.logError(error.message, error.cause),
        Effect.fail(new InternalServerError({ message: error.message })),
      ),
  )

/** Deletes what belongs to the former enrollment of a channel. */
const clear = Effect.fn("clear")(function* (scope: Scope) {
  const channel = Channel.fromScope(scope)
  yield* (yield* CommandQueue).clear(channel)
  yield* (yield* Declarations).reset(channel)
  if (scope._tag === "device") yield* (yield* Escrow).clear(scope.udid)
})

/** Calls the hook of a new channel, before the channel counts as enrolled: if the hook fails, the device sends `TokenUpdate` again. */
const callHook = Effect.fn("callHook")(function* (scope: Scope) {
  const device = yield* (yield* Devices).get(scope.udid)
  const hooks = yield* DeviceHooks
  if (scope._tag === "device") {
    if (device.status === "enrolling") yield* hooks.onEnrolled(device)
    return
  }
  const user = device.users.find((user) => Channel.userKey(user) === Channel.userKey(scope))
  if (device.status !== "checkedOut" && user?.status !== "enrolled") yield* hooks.onUserAdded(device, scope)
})

const isInformation = Schema.is(Schema.Struct({ QueryResponses: PropertyListDictionary }))

const event: {
  readonly Authenticate: HandleEvent<"Authenticate", CommandQueue | Declarations | Devices | Escrow>
  readonly TokenUpdate: HandleEvent<"TokenUpdate", DeviceHooks | Devices | Escrow>
  readonly CheckOut: HandleEvent<"CheckOut", CommandQueue | Declarations | Devices | Escrow>
  readonly CommandResult: HandleEvent<"CommandResult", CommandQueue | DeviceHooks | Devices>
  readonly DeclarationStatus: HandleEvent<"DeclarationStatus", Declarations | Devices>
  readonly IdentityExpiring: HandleEvent<"IdentityExpiring">
} = {
  Authenticate: Effect.fn("Authenticate")(function* (event, scope) {
    const enrollment = yield* (yield* Devices).authenticate(event, scope)
    if (enrollment === "started") return yield* clear(scope)
    // It may have been erased, and then has no declarations. A device that still has them synchronizes once without need.
    yield* (yield* Declarations).reset(Channel.fromScope(scope))
  }, orInternalServerError),

  TokenUpdate: Effect.fn("TokenUpdate")(function* (event, scope) {
    yield* callHook(scope)
    yield* (yield* Devices).tokenUpdate(event, scope)
    if (event.unlockToken !== undefined) {
      yield* (yield* Escrow).put(scope.udid, "unlockToken", Redacted.make(event.unlockToken))
    }
  }, orInternalServerError),

  CheckOut: Effect.fn("CheckOut")(function* (_, scope) {
    yield* (yield* Devices).checkOut(scope)
    yield* clear(scope)
  }, orInternalServerError),

  CommandResult: Effect.fn("CommandResult")(function* (event, scope) {
    const devices = yield* Devices
    const commands = yield* CommandQueue
    const channel = yield* devices.seen(scope)
    const command = yield* commands.findUnanswered(channel, event.commandUUID)
    if (command?.requestType === "DeviceInformation" && isInformation(event.payload)) {
      const { QueryResponses: information } = event.payload
      yield* (yield* DeviceHooks).onInformation(yield* devices.get(scope.udid), event.commandUUID, information)
      yield* devices.updateInformation(scope.udid, information)
    }
    yield* commands.recordResult(channel, event)
  }, orInternalServerError),

  DeclarationStatus: Effect.fn("DeclarationStatus")(function* ({ report }, scope) {
    const channel = yield* (yield* Devices).seen(scope)
    yield* (yield* Declarations).report(channel, report)
  }, orInternalServerError),

  IdentityExpiring: (event, scope) =>
    Effect.logWarning(`The identity certificate of ${scope.udid} expires at ${event.expiresAt}`),
}

const checkin: Handle<"checkin", CommandQueue | Declarations | Devices> = Effect.fn("checkIn")(function* ({ scope }) {
  const channel = yield* (yield* Devices).seen(scope)
  const commands = yield* CommandQueue
  if (yield* commands.connect(channel)) {
    const serverToken = yield* (yield* Declarations).offer(channel)
    if (serverToken !== undefined) return DdmSync.make({ serverToken })
  }
  const command = yield* commands.next(channel)
  if (command === undefined) return Idle.make({})
  const { commandUUID, payload, requestType } = command
  return Command.make({ commandUUID, requestType, payload })
}, orInternalServerError)

const declarationTokens: Handle<"declarationTokens", Declarations | Devices> = Effect.fn("declarationTokens")(
  function* ({ scope }) {
    return yield* (yield* Declarations).tokens(yield* (yield* Devices).seen(scope))
  },
  orInternalServerError,
)

const declarationItems: Handle<"declarationItems", Declarations | Devices> = Effect.fn("declarationItems")(function* ({
  scope,
}) {
  return yield* (yield* Declarations).items(yield* (yield* Devices).seen(scope))
}, orInternalServerError)

const declaration: Handle<"declaration", Declarations | Devices> = Effect.fn("declaration")(function* ({
  identifier,
  scope,
  type,
}) {
  return yield* (yield* Declarations).get(yield* (yield* Devices).seen(scope), type, identifier)
}, orInternalServerError)

const asset: Handle<"asset", Assets> = Effect.fn("asset")(function* ({ identifier }) {
  return yield* (yield* Assets).get(identifier)
}, orInternalServerError)

const bootstrapToken: Handle<"bootstrapToken", Devices | Escrow> = Effect.fn("bootstrapToken")(function* ({
  scope,
  set,
}) {
  const { udid } = yield* (yield* Devices).seen(scope)
  const escrow = yield* Escrow
  if (set !== undefined) yield* escrow.put(udid, "bootstrapToken", Redacted.make(set))
  const token = yield* escrow.get(udid, "bootstrapToken")
  return { bootstrapToken: token === undefined ? null : Redacted.value(token) }
}, orInternalServerError)

/**
 * A function for every webhook about devices, for `Handler.layer`.
 *
 * **Example** (A backend that lets every device enroll)
 *
 * ```ts
 * import { DeviceHooks, DevicesMemory, DeviceWebhooks } from "@espalier/devices"
 * import { Handler } from "@espalier/handler"
 * import { Effect, Layer } from "effect"
 *
 * export const Backend = Handler.layer({
 *   ...Handler.optionalNotSupported,
 *   ...DeviceWebhooks.functions,
 *   enroll: () => Effect.succeed({ _tag: "Allow" }),
 * }).pipe(Layer.provide([DevicesMemory.layer, DeviceHooks.layerEmpty]))
 * ```
 *
 * @category functions
 * @since 0.1.0
 */
export const functions = { event, checkin, declarationTokens, declarationItems, declaration, asset, bootstrapToken }
