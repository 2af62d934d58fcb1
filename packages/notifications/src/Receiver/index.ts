/**
 * For those who receive these webhooks: verify a request, or mount an endpoint with one function for each event.
 *
 * Needs `effect` and nothing of the sender: no database, no platform.
 */
export { EventError } from "./EventError.ts"
export * as IdempotencyStore from "./IdempotencyStore.ts"
export * as Receiver from "./Receiver.ts"
