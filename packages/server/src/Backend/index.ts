/**
 * Calls a management backend: typed, signed, bounded.
 */
export * from "./BackendError.ts"
export {
  type BackendOptions,
  type CircuitBreakerOptions,
  InvalidBackendOptions,
  type TlsOptions,
} from "./BackendOptions.ts"
export { CallObserver, type ObservedCall } from "./CallObserver.ts"
export { ManagementBackend, make, type WebhookCalls } from "./ManagementBackend.ts"
