/**
 * Standard Webhooks for Effect: sign, verify, rotate.
 */
export * as Secret from "./Secret.ts"
export * as WebhookId from "./WebhookId.ts"
export * as WebhookSignature from "./WebhookSignature.ts"
