/**
 * Webhook integrations and deliveries that never get lost, on SQLite or PostgreSQL.
 */
export type { AddressGuardOptions, ResolvedAddress } from "./AddressGuard.ts"
export * as AddressGuard from "./AddressGuard.ts"
export { AddressRefused, UrlRefused } from "./AddressGuard.ts"
export { CidrError } from "./AddressRange.ts"
export * as Deliveries from "./Deliveries.ts"
export * as DeliveryWorker from "./DeliveryWorker.ts"
export * as GroupCommit from "./GroupCommit.ts"
export { EventsRefused, IntegrationConflict, IntegrationUnknown } from "./IntegrationError.ts"
export * as Integrations from "./Integrations.ts"
export { migrate } from "./migrations.ts"
export * as Notifications from "./Notifications.ts"
export * as NotificationsLayer from "./NotificationsLayer.ts"
export * as RetrySchedule from "./RetrySchedule.ts"
export * as Wakeup from "./Wakeup.ts"
