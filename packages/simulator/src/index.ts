/**
 * Simulated Apple devices that send a device management server the same messages as real ones.
 */
export * as Command from "./Command.ts"
export * as Commands from "./Commands.ts"
export * as Device from "./Device.ts"
export type * as Exchange from "./Exchange.ts"
export { SimulatorError, SimulatorErrorReason } from "./SimulatorError.ts"
