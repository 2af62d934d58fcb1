/**
 * The definition of the notifications' HTTP API, without its server: for clients in Node and in browsers.
 */
export * from "../AddressError.ts"
export * from "../Delivery.ts"
export * from "../IntegrationError.ts"
export * from "../Published.ts"
export { ReplayInput } from "./DeliveriesApi.ts"
export { CatalogueEntry } from "./EventsApi.ts"
export { IntegrationEdit, IntegrationInput, IntegrationWithSecret, TestSent } from "./IntegrationsApi.ts"
export { NotificationsApi } from "./NotificationsApi.ts"
