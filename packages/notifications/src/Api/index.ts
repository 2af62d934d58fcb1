/**
 * The definition of the notifications API, without its server: for clients in Node and in browsers.
 */
export * from "../Addresses/AddressError.ts"
export * from "../Deliveries/Delivery.ts"
export * from "../Deliveries/DeliveryError.ts"
export { CatalogueEntry } from "../Events/EventsApi.ts"
export * from "../Events/PublishResult.ts"
export { IdempotencyKeyConflict, InvalidIdempotencyKey } from "../IdempotencyKey.ts"
export * from "../Integrations/IntegrationError.ts"
export * from "../Integrations/IntegrationInput.ts"
export * from "../Integrations/SettingsInput.ts"
export { NotificationsApi } from "./NotificationsApi.ts"
