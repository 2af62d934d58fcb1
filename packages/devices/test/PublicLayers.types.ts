/**
 * Everything that a public layer requires and provides can be named with public imports. Checked by the compiler at the root; nothing here runs.
 */
import type { Authorization } from "@espalier/api-keys"
import type { Handle, HandleEvent } from "@espalier/handler"
import type { InternalServerError, UnknownDevice } from "@espalier/schema"
import type { Effect, Layer } from "effect"
import type { HttpRouter } from "effect/http"
import {
  Assets,
  type Channel,
  CommandNotFound,
  CommandQueue,
  type DeclarationNotFound,
  Declarations,
  DeviceHooks,
  Devices,
  DevicesHttp,
  DevicesMemory,
  DeviceWebhooks,
  EnrollmentLinks,
  Escrow,
  ExchangeLog,
  type ManagedDevice,
  type QueuedCommand,
  type StorageError,
  type SyncStatus,
  type Target,
  type TargetedDeclaration,
  Wake,
} from "../src/index.ts"

/** Accepts a value of exactly this type. */
declare const is: <A>() => <B extends A>(value: B & (A extends B ? unknown : never)) => void

type Services = Assets | CommandQueue | Declarations | Devices | Escrow | ExchangeLog | Wake

is<Layer.Layer<Services>>()(DevicesMemory.layer)
is<Layer.Layer<Assets>>()(Assets.layerMemory)
is<Layer.Layer<CommandQueue>>()(CommandQueue.layerMemory)
is<Layer.Layer<Declarations>>()(Declarations.layerMemory)
is<Layer.Layer<Devices>>()(Devices.layerMemory)
is<Layer.Layer<Escrow>>()(Escrow.layerMemory)
is<Layer.Layer<ExchangeLog>>()(ExchangeLog.layerMemory)
is<Layer.Layer<Wake>>()(Wake.layerMemory)
is<Layer.Layer<EnrollmentLinks>>()(EnrollmentLinks.layerNotSupported)
is<Layer.Layer<DeviceHooks>>()(DeviceHooks.layerEmpty)
is<Layer.Layer<never, never, HttpRouter.HttpRouter | Authorization | EnrollmentLinks | Exclude<Services, Escrow>>>()(
  DevicesHttp.layer,
)

is<Handle<"checkin", CommandQueue | Declarations | Devices>>()(DeviceWebhooks.functions.checkin)
is<HandleEvent<"TokenUpdate", DeviceHooks | Devices | Escrow>>()(DeviceWebhooks.functions.event.TokenUpdate)

// What an own implementation of a service has to write down.
declare const devices: Devices["Service"]
is<Effect.Effect<ManagedDevice, UnknownDevice | StorageError>>()(devices.get("D1"))
declare const commands: CommandQueue["Service"]
is<Effect.Effect<QueuedCommand, CommandNotFound | StorageError>>()(commands.get("C1"))
declare const declarations: Declarations["Service"]
declare const target: Target
declare const channel: Channel.Channel
is<Effect.Effect<void, DeclarationNotFound | StorageError>>()(declarations.remove(target, "D1"))
is<Effect.Effect<ReadonlyArray<TargetedDeclaration>, StorageError>>()(declarations.list)
is<Effect.Effect<SyncStatus, StorageError>>()(declarations.syncStatus(channel))
declare const hooks: DeviceHooks["Service"]
declare const device: ManagedDevice
is<Effect.Effect<void, InternalServerError>>()(hooks.onEnrolled(device))

new CommandNotFound({})
