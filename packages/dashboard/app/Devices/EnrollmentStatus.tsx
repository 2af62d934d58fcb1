/**
 * Whether a device, or a user of one, is managed.
 */
import { Badge, type MantineColor } from "@mantine/core"
import type { Device } from "../../src/Devices/index.ts"

const words: Readonly<Record<Device["status"], readonly [string, MantineColor]>> = {
  enrolling: ["Enrolling", "yellow"],
  enrolled: ["Enrolled", "teal"],
  checkedOut: ["Left", "gray"],
}

export const EnrollmentStatus = ({ status }: { readonly status: Device["status"] }) => {
  const [word, color] = words[status]
  return (
    <Badge color={color} variant="light" tt="none">
      {word}
    </Badge>
  )
}
