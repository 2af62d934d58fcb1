/**
 * The definition of the notifications' HTTP API, without its server: for clients in Node and in browsers.
 */
export { AddressRefused, UrlRefused } from "../AddressError.ts"
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
} from "../Delivery.ts"
export { EventsRefused, IntegrationConflict, IntegrationDisabled, IntegrationUnknown } from "../IntegrationError.ts"
export { Published, PublishRefused } from "../Published.ts"
export { Authorization, CurrentKey, Forbidden, KeyHolder, Unauthorized, Unavailable } from "./Authorization.ts"
export { ReplayInput } from "./DeliveriesApi.ts"
export { CatalogueEntry } from "./EventsApi.ts"
export { IntegrationEdit, IntegrationInput, IntegrationWithSecret, TestSent } from "./IntegrationsApi.ts"
export { NotificationsApi } from "./NotificationsApi.ts"
export { Workspace } from "./Workspace.ts"
