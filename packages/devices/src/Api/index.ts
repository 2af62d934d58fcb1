/**
 * The definition of the Devices API without its server: for clients in Node and in browsers.
 */
export { CommandInput, QueuedCommand } from "../Commands/Command.ts"
export { CommandNotFound } from "../Commands/CommandNotFound.ts"
export {
  Declaration,
  DeclarationContent,
  SyncStatus,
  Target,
  TargetedDeclaration,
} from "../Declarations/Declaration.ts"
export { DeclarationNotFound } from "../Declarations/DeclarationNotFound.ts"
export * as Channel from "../Devices/Channel.ts"
export { Device, User } from "../Devices/Device.ts"
export * as DeviceInfo from "../Devices/DeviceInfo.ts"
export { DeviceNotFound } from "../Devices/DeviceNotFound.ts"
export { DevicePage, DeviceQuery, InvalidDeviceCursor } from "../Devices/DeviceQuery.ts"
export { DeviceDetail } from "../Devices/DevicesApiGroup.ts"
export { EnrollmentLink, EnrollmentLinksNotSupported } from "../Enrollment/EnrollmentApiGroup.ts"
export { ExchangeEvent } from "../Exchanges/ExchangesApiGroup.ts"
export { DevicesApi } from "./DevicesApi.ts"
