/**
 * Calls to a management backend: typed, signed, limited.
 */
export * from "./BackendError.ts"
export { BackendOptions, InvalidBackendOptions } from "./BackendOptions.ts"
export { CallHook, type CallInfo } from "./CallHook.ts"
export { ManagementBackend, make, type WebhookCalls } from "./ManagementBackend.ts"
