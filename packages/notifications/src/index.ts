/**
 * Webhook integrations and deliveries that never get lost, on SQLite or PostgreSQL.
 */
export { AddressRefused, UrlRefused } from "./AddressError.ts"
export type { AddressGuardOptions, ResolvedAddress } from "./AddressGuard.ts"
export * as AddressGuard from "./AddressGuard.ts"
export { CidrError } from "./AddressRange.ts"
export type { NotificationsHttpOptions } from "./Api/NotificationsHttp.ts"
export * as NotificationsHttp from "./Api/NotificationsHttp.ts"
export * as ApiKeys from "./ApiKeys.ts"
export * as Deliveries from "./Deliveries.ts"
export {
  Attempt,
  CursorRefused,
  Delivery,
  DeliveryCount,
  DeliveryDetail,
  DeliveryFilter,
  DeliveryHealth,
  DeliveryPage,
  DeliveryPending,
  DeliveryState,
  DeliveryUnknown,
  RangeRefused,
} from "./Delivery.ts"
export * as DeliveryWorker from "./DeliveryWorker.ts"
export * as GroupCommit from "./GroupCommit.ts"
export { EventsRefused, IntegrationConflict, IntegrationDisabled, IntegrationUnknown } from "./IntegrationError.ts"
export * as Integrations from "./Integrations.ts"
export { migrate } from "./migrations.ts"
export * as Notifications from "./Notifications.ts"
export * as NotificationsLayer from "./NotificationsLayer.ts"
export { Published, PublishRefused } from "./Published.ts"
export * as PushCertificateWatch from "./PushCertificateWatch.ts"
export * as RetrySchedule from "./RetrySchedule.ts"
export * as Wakeup from "./Wakeup.ts"
