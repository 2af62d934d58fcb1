/**
 * The whitelabel server: Apple's device management on one side, your backend's webhooks on the other.
 */
export { BodyLimits } from "./Body.ts"
export * as DeviceResponse from "./DeviceResponse.ts"
export { InvalidOrigin, Origins } from "./Origins.ts"
export * as Server from "./Server.ts"
