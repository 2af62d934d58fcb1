/**
 * The backend's side of the management webhooks: your functions in, an HttpApp out.
 */
export { RequestLimits } from "@espalier/http"
export { Secret } from "@espalier/signing"
export * from "./AnswerTimeout.ts"
export * from "./CurrentCall.ts"
export * as Handler from "./Handler.ts"
export * from "./Services.ts"
export * as Webhooks from "./Webhooks.ts"
export * from "./WebhookVerifier.ts"
