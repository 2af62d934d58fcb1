/**
 * Webhook integrations and deliveries that never get lost, on SQLite or PostgreSQL.
 */
export { MigrationError } from "@espalier/sql"
export * from "./AddressError.ts"
export type { AddressGuardOptions, ResolvedAddress } from "./AddressGuard.ts"
export { CidrError } from "./AddressRange.ts"
export type { NotificationsHttpOptions } from "./Api/NotificationsHttp.ts"
export * as NotificationsHttp from "./Api/NotificationsHttp.ts"
export { Deliveries, type DeliveryListing, type ReplayRange, type StatisticsRange } from "./Deliveries.ts"
export * from "./Delivery.ts"
export type { WorkerOptions } from "./DeliveryWorker.ts"
export * from "./IntegrationError.ts"
export {
  type InputRefused,
  type IntegrationInput,
  Integrations,
  type TestSent,
  type WithSecret,
} from "./Integrations.ts"
export { migrate } from "./Migrations.ts"
export { Notifications, type PublishOptions } from "./Notifications.ts"
export type { NotificationsOptions } from "./NotificationsLayer.ts"
export * as NotificationsLayer from "./NotificationsLayer.ts"
export * from "./Published.ts"
export * as PushCertificateWatch from "./PushCertificateWatch.ts"
export * as RetrySchedule from "./RetrySchedule.ts"
