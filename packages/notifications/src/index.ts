/**
 * Webhook integrations and reliable deliveries, on SQLite or PostgreSQL.
 */
export { MigrationError } from "@espalier/sql"
export * from "./Addresses/AddressError.ts"
export type { AddressGuardOptions } from "./Addresses/AddressGuard.ts"
export { InvalidCidr } from "./Addresses/AddressRange.ts"
export type { Resolve, ResolvedAddress } from "./Addresses/Resolver.ts"
export type { NotificationsHttpOptions } from "./Api/NotificationsHttp.ts"
export * as NotificationsHttp from "./Api/NotificationsHttp.ts"
export { Deliveries } from "./Deliveries/Deliveries.ts"
export * from "./Deliveries/Delivery.ts"
export * from "./Deliveries/DeliveryError.ts"
export type { Publish, PublishOptions } from "./Events/Publish.ts"
export * from "./Events/PublishResult.ts"
export { IdempotencyKeyConflict, InvalidIdempotencyKey } from "./IdempotencyKey.ts"
export * from "./Integrations/IntegrationError.ts"
export * from "./Integrations/IntegrationInput.ts"
export { type CreateError, Integrations, type InvalidIntegration } from "./Integrations/Integrations.ts"
export * from "./Integrations/SettingsInput.ts"
export { migrate } from "./Migrations/Migrations.ts"
export { type IntegrationBoundsOptions, Notifications, type NotificationsOptions } from "./Notifications.ts"
export {
  InvalidOperationalWebhook,
  type OperationalWebhookOptions,
} from "./OperationalWebhooks/OperationalWebhook.ts"
export * as PushCertificateWatch from "./PushCertificates/PushCertificateWatch.ts"
export { type RotationResult, rotate as rotateSealedSecrets } from "./Storage/SealedSecrets.ts"
export type { WorkerOptions } from "./Worker/DeliveryWorker.ts"
export * as RetrySchedule from "./Worker/RetrySchedule.ts"
