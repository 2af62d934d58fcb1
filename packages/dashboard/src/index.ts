/**
 * The dashboard: integrations, deliveries and devices in a browser, served from a vendor's own backend.
 */
export * from "./Devices/index.ts"
