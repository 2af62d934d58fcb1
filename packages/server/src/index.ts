/**
 * The whitelabel server: Apple's device management on one side, your backend's webhooks on the other.
 */
export { Authority, AuthorityError } from "./Authority.ts"
export { BodyLimits } from "./Body.ts"
export * as DeviceResponse from "./DeviceResponse.ts"
export * as EnrollmentToken from "./EnrollmentToken.ts"
export { TlsError } from "./Listener.ts"
export { InvalidOrigin, Origins } from "./Origins.ts"
export { PushRequest, PushResponse } from "./PushApi.ts"
export * as Server from "./Server.ts"
export * from "./Store/index.ts"
export type { Trace } from "./Trace/Trace.ts"
