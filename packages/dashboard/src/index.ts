/**
 * The dashboard: integrations, deliveries and devices in a browser, served from a vendor's own backend.
 */
export { PageNotBuilt } from "./BuiltPage.ts"
export * as Dashboard from "./Dashboard.ts"
export * from "./Devices/index.ts"
