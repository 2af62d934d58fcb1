/**
 * The enrollment status of a device or user.
 */

import type { Device } from "@espalier/devices/api"
import { Badge, type MantineColor } from "@mantine/core"

const words: Readonly<Record<Device["status"], readonly [string, MantineColor]>> = {
  enrolling: ["Enrolling", "yellow"],
  enrolled: ["Enrolled", "teal"],
  checkedOut: ["Checked out", "gray"],
}

export const EnrollmentStatus = ({ status }: { readonly status: Device["status"] }) => {
  const [word, color] = words[status]
  return (
    <Badge color={color} variant="light" tt="none">
      {word}
    </Badge>
  )
}
