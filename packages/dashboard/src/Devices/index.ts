/**
 * The API that a backend offers to have a devices page.
 */
export { CommandInput, QueuedCommand } from "./Command.ts"
export { Declaration, DeclarationContent, Declared, Target } from "./Declaration.ts"
export { Channel, Device, Progress, User } from "./Device.ts"
export {
  CommandUnknown,
  DeclarationUnknown,
  DeviceDetail,
  DevicesApi,
  DeviceUnknown,
  TraceEvent,
} from "./DevicesApi.ts"
