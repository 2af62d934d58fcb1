/**
 * The backend's side of the management webhooks: your functions in, an HttpApp out.
 */
export { Secret } from "@espalier/signing"
export * as Handler from "./Handler.ts"
export { BodyLimits, type Limits } from "./JsonBody.ts"
export * from "./Services.ts"
export * as Webhooks from "./Webhooks.ts"
export * from "./WebhookVerifier.ts"
