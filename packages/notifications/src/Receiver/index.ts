/**
 * For those who receive these webhooks: verify a request, or mount a handler with one function an event.
 *
 * Needs `effect` and nothing of the sender's: no database, no platform.
 */
export { EventError } from "./EventError.ts"
export * as Receiver from "./Receiver.ts"
export * as Seen from "./Seen.ts"
