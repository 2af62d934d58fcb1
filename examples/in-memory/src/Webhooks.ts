/**
 * The product's answer to each webhook, in terms of its own services: this file is what a backend author writes.
 */
import {
  AdoptHandler,
  AssetHandler,
  BootstrapTokenHandler,
  CheckInHandler,
  DeclarationHandler,
  DeclarationItemsHandler,
  DeclarationTokensHandler,
  EnrollHandler,
  EventHandler,
  ReturnToServiceHandler,
  TokenHandler,
  UserAuthenticateHandler,
} from "@espalier/handler"
import { PropertyListDictionary, type Scope } from "@espalier/schema"
import { Effect, Layer, Redacted, Schema } from "effect"
import { Assets } from "./Assets.ts"
import * as Channel from "./Channel.ts"
import { Commands } from "./Commands.ts"
import { Declarations } from "./Declarations.ts"
import { Devices } from "./Devices.ts"
import { Escrow } from "./Escrow.ts"
import { Publish } from "./Publish.ts"

/** What an enrollment must not inherit from the one before. */
const forget = Effect.fn("forget")(function* (scope: Scope) {
  const channel = Channel.ofScope(scope)
  yield* (yield* Commands).clear(channel)
  yield* (yield* Declarations).reset(channel)
  if (scope._tag === "device") yield* (yield* Escrow).forget(scope.udid)
})

/**
 * Tells the customers of a channel that is new. Before it counts as enrolled: should telling fail, the device says `TokenUpdate` again.
 */
const announce = Effect.fn("announce")(function* (scope: Scope) {
  const device = yield* (yield* Devices).get(scope.udid)
  const publish = yield* Publish
  if (scope._tag === "device") {
    if (device.status === "enrolling") yield* publish.enrolled(device)
    return
  }
  const user = device.users.find((user) => Channel.userKey(user) === Channel.userKey(scope))
  if (device.status !== "checkedOut" && user?.status !== "enrolled") yield* publish.userAdded(device, scope)
})

const isInformation = Schema.is(Schema.Struct({ QueryResponses: PropertyListDictionary }))

const Events = EventHandler.layerByTag({
  Authenticate: Effect.fn("Authenticate")(function* (event, scope) {
    yield* (yield* Devices).authenticate(event, scope)
    yield* forget(scope)
  }),

  TokenUpdate: Effect.fn("TokenUpdate")(function* (event, scope) {
    yield* announce(scope)
    yield* (yield* Devices).tokenUpdate(event, scope)
    if (event.unlockToken !== undefined) yield* (yield* Escrow).put(scope.udid, "unlockToken", event.unlockToken)
  }),

  CheckOut: Effect.fn("CheckOut")(function* (_, scope) {
    yield* (yield* Devices).checkOut(scope)
    yield* forget(scope)
  }),

  CommandResult: Effect.fn("CommandResult")(function* (event, scope) {
    const devices = yield* Devices
    const commands = yield* Commands
    const channel = yield* devices.seen(scope)
    const command = yield* commands.awaiting(channel, event.commandUUID)
    if (command?.requestType === "DeviceInformation" && isInformation(event.payload)) {
      const { QueryResponses: information } = event.payload
      yield* (yield* Publish).informed(yield* devices.get(scope.udid), event.commandUUID, information)
      yield* devices.inform(scope.udid, information)
    }
    yield* commands.answered(channel, event)
  }),

  DeclarationStatus: Effect.fn("DeclarationStatus")(function* ({ report }, scope) {
    const channel = yield* (yield* Devices).seen(scope)
    yield* (yield* Declarations).report(channel, report)
  }),

  IdentityExpiring: (event, scope) =>
    Effect.logWarning(`The identity certificate of ${scope.udid} expires at ${event.expiresAt}`),
})

/**
 * Declarations first, then commands, one at a time. A sync is only offered when a connection begins: the check-in after it
 * looks like a new connection, and a command that the device has just put off must not come back with it.
 */
const CheckIn = CheckInHandler.layer(
  Effect.fn("checkIn")(function* ({ scope }) {
    const channel = yield* (yield* Devices).seen(scope)
    const commands = yield* Commands
    if (yield* commands.connected(channel)) {
      const serverToken = yield* (yield* Declarations).offer(channel)
      if (serverToken !== undefined) return { _tag: "DdmSync", serverToken }
    }
    const command = yield* commands.next(channel)
    if (command === undefined) return { _tag: "Idle" }
    const { commandUUID, payload, requestType } = command
    return { _tag: "Command", commandUUID, requestType, payload }
  }),
)

const DeclarationTokens = DeclarationTokensHandler.layer(
  Effect.fn("declarationTokens")(function* ({ scope }) {
    return yield* (yield* Declarations).tokens(yield* (yield* Devices).seen(scope))
  }),
)

const DeclarationItems = DeclarationItemsHandler.layer(
  Effect.fn("declarationItems")(function* ({ scope }) {
    return yield* (yield* Declarations).items(yield* (yield* Devices).seen(scope))
  }),
)

const Declaration = DeclarationHandler.layer(
  Effect.fn("declaration")(function* ({ identifier, scope, type }) {
    return yield* (yield* Declarations).get(yield* (yield* Devices).seen(scope), type, identifier)
  }),
)

const Asset = AssetHandler.layer(({ identifier }) => Effect.flatMap(Assets, (assets) => assets.get(identifier)))

const BootstrapToken = BootstrapTokenHandler.layer(
  Effect.fn("bootstrapToken")(function* ({ scope, set }) {
    const { udid } = yield* (yield* Devices).seen(scope)
    const escrow = yield* Escrow
    if (set !== undefined) yield* escrow.put(udid, "bootstrapToken", set)
    const token = yield* escrow.get(udid, "bootstrapToken")
    return { bootstrapToken: token === undefined ? null : Redacted.value(token) }
  }),
)

/** Every directory user may have a channel on a device that we manage. */
const UserAuthenticate = UserAuthenticateHandler.layer(
  Effect.fn("userAuthenticate")(function* ({ scope }) {
    yield* (yield* Devices).managed({ udid: scope.udid })
    return { _tag: "Accept" }
  }),
)

/** Everybody may enroll; a real product looks at `token` or `machineInfo`. */
const Enroll = EnrollHandler.layer(() =>
  Effect.succeed({
    _tag: "Allow",
    profile: { organization: "Espalier Example", displayName: "Espalier Example Management" },
  }),
)

/**
 * A service for every webhook.
 *
 * @category layers
 */
export const handlers = Layer.mergeAll(
  Events,
  CheckIn,
  DeclarationTokens,
  DeclarationItems,
  Declaration,
  Asset,
  BootstrapToken,
  UserAuthenticate,
  TokenHandler.layerNotSupported,
  Enroll,
  ReturnToServiceHandler.layerNotSupported,
  AdoptHandler.layerNotSupported,
)
