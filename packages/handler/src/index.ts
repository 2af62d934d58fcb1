/**
 * Your Effect services in, an HttpApp for the management webhooks out.
 */
export { Secret } from "@espalier/signing"
export * from "./Handlers.ts"
export { BodyLimits, type Limits } from "./JsonBody.ts"
export * as Webhooks from "./Webhooks.ts"
export * from "./WebhookVerifier.ts"
