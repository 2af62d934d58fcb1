/**
 * Events to publish in tests.
 */
import type { DeviceEnrolled } from "@espalier/schema"

/** An event that `name` distinguishes from others. */
export const enrolled = (name: string): DeviceEnrolled => ({
  action: "adm_device_enrolled",
  organization: { id: "o", name: "Example", url: "https://dashboard.example.com/example" },
  admDevice: { productName: name, url: "https://dashboard.example.com/devices/1" },
  mdmUser: { id: "u", email: "ada@example.com", url: "https://dashboard.example.com/users/u" },
})
