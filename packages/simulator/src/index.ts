/**
 * Simulated Apple devices, that speak to a device management server exactly as real ones do.
 */
export * as Command from "./Command.ts"
export * as Commands from "./Commands.ts"
export * as Device from "./Device.ts"
export type * as Exchange from "./Exchange.ts"
export { SimulatorError, SimulatorErrorReason } from "./SimulatorError.ts"
