/**
 * Managed devices for a management backend: the registry, the command queue, declarations, assets and escrow, the webhook handlers over them, and
 * the HTTP API that the dashboard uses.
 */

export * as DevicesHttp from "./Api/DevicesHttp.ts"
export * from "./Api/index.ts"
export { Assets } from "./Assets/Assets.ts"
export { CommandQueue, type CommandQueueService } from "./Commands/CommandQueue.ts"
export { Declarations, type DeclarationsService } from "./Declarations/Declarations.ts"
export * as DeclarationTokens from "./Declarations/DeclarationTokens.ts"
export { PushTarget } from "./Devices/Device.ts"
export { Devices, type DevicesService, type EventOf, type ManagedDevice, type ManagedUser } from "./Devices/Devices.ts"
export { Wake } from "./Devices/Wake.ts"
export * as DevicesMemory from "./DevicesMemory.ts"
export { EnrollmentLinks } from "./Enrollment/EnrollmentLinks.ts"
export { Escrow, type EscrowKind } from "./Escrow/Escrow.ts"
export { type ExchangeFilter, ExchangeLog } from "./Exchanges/ExchangeLog.ts"
export { StorageError } from "./StorageError.ts"
export { DeviceHooks } from "./Webhooks/DeviceHooks.ts"
export * as DeviceWebhooks from "./Webhooks/DeviceWebhooks.ts"
