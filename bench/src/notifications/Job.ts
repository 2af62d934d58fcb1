/**
 * What the benches of notifications deliver, and where.
 */
import type { DeviceEnrolled } from "@espalier/schema"

/** An event as the documentation shows it, told from others by its number; some 560 bytes as JSON. */
export const event = (number: number): DeviceEnrolled => ({
  action: "adm_device_enrolled",
  organization: {
    id: "f3b5a7c0-7d0e-4a57-9a3e-0d7a5b6f8c11",
    name: "Example Organisation",
    url: "https://dashboard.example.com/organizations/f3b5a7c0-7d0e-4a57-9a3e-0d7a5b6f8c11",
  },
  admDevice: {
    productName: `MacBook Pro ${number}`,
    url: "https://dashboard.example.com/organizations/f3b5a7c0/devices/5f0f9d0a-1a7e-4b7e-b1de-7f3c6a1f2b44",
  },
  mdmUser: {
    id: "9a1d3e52-2b55-4d8f-8f63-7a2d1f0c9e77",
    email: "ada.lovelace@example.com",
    url: "https://dashboard.example.com/users/9a1d3e52-2b55-4d8f-8f63-7a2d1f0c9e77",
  },
})

/** The workspace that everything is published to. */
export const workspace = "bench"

/** The path of an integration at the receiver. */
export const path = (integration: number): string => `/hooks/${integration}`

/** How the receiver is asked for how many it received. */
export const countPath = "/count"
