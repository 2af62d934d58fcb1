/**
 * Information about a device and its users.
 */

import type { DeviceDetail } from "@espalier/devices/api"
import { Stack, Text } from "@mantine/core"
import { Facts } from "../components/Facts.tsx"
import { RelativeTime } from "../components/RelativeTime.tsx"
import { Section } from "../components/Section.tsx"
import { modelOf, osOf, serialOf, userKeyOf, userNameOf } from "./Describe.ts"
import { EnrollmentStatus } from "./EnrollmentStatus.tsx"
import { propertyListText } from "./PropertyListText.ts"

export const Overview = ({ device }: { readonly device: DeviceDetail }) => (
  <Stack gap="lg">
    <div className="device-card">
      <Facts
        facts={[
          ["Model", modelOf(device)],
          ["OS version", osOf(device)],
          ["Serial number", serialOf(device)],
          ["UDID", device.udid],
          ["Last seen", <RelativeTime key="seen" at={device.lastSeen.epochMilliseconds} />],
          ["Enrollment", device.enrollmentKind === "device" ? "Device enrollment" : "User enrollment"],
          ["Server", device.mdmOrigin],
          ["Setup", device.awaitingConfiguration ? "Awaiting configuration" : undefined],
        ]}
      />
    </div>
    <Section title="Users" level={2}>
      {device.users.length === 0 ? (
        <Text c="dimmed" size="sm">
          No users yet.
        </Text>
      ) : (
        <div className="device-card">
          <Facts
            facts={device.users.map((user) => [
              userNameOf(user),
              <span key={userKeyOf(user)}>
                <EnrollmentStatus status={user.status} /> last seen{" "}
                <RelativeTime at={user.lastSeen.epochMilliseconds} />
              </span>,
            ])}
          />
        </div>
      )}
    </Section>
    {device.information === undefined ? null : (
      <Section title="Device information" level={2}>
        <div className="device-card">
          <Facts facts={Object.entries(device.information).map(([name, value]) => [name, propertyListText(value)])} />
        </div>
      </Section>
    )}
  </Stack>
)
