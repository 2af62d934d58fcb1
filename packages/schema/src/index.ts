/**
 * What is said between the whitelabel server and a management backend: scopes, events, manifests, declarations,
 * assets and typed errors, as Effect schemas, and the HttpApi that holds them together. No I/O.
 */
export * from "./Asset.ts"
export * from "./BootstrapToken.ts"
export * from "./DeclarativeManagement.ts"
export * from "./Enroll.ts"
export * from "./Event.ts"
export * from "./GetToken.ts"
export * from "./ManagementApi.ts"
export * from "./Manifest.ts"
export * from "./PropertyList.ts"
export * from "./Scope.ts"
export * from "./UserAuthenticate.ts"
export * from "./Webhook.ts"
export * from "./WebhookError.ts"
