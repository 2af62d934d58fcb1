/**
 * The dashboard: integrations, deliveries and devices in a browser, served from your own backend.
 */
export { PageNotBuilt } from "./BuiltPage.ts"
export { Branding } from "./Configuration.ts"
export * as Dashboard from "./Dashboard.ts"
