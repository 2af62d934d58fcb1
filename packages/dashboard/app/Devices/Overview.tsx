/**
 * What a device is, and who uses it.
 */
import { Stack, Text } from "@mantine/core"
import type { DeviceDetail } from "../../src/Devices/index.ts"
import { Facts } from "../parts/Facts.tsx"
import { RelativeTime } from "../parts/RelativeTime.tsx"
import { Section } from "../parts/Section.tsx"
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
          ["Enrollment", device.enrollmentKind === "device" ? "The whole device" : "A user's own part of it"],
          ["Server", device.mdmOrigin],
          ["Setup", device.awaitingConfiguration ? "Waits to be told that it is configured" : undefined],
        ]}
      />
    </div>
    <Section title="Users" level={2}>
      {device.users.length === 0 ? (
        <Text c="dimmed" size="sm">
          Nobody has signed in on it.
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
      <Section title="What it last said of itself" level={2}>
        <div className="device-card">
          <Facts facts={Object.entries(device.information).map(([name, value]) => [name, propertyListText(value)])} />
        </div>
      </Section>
    )}
  </Stack>
)
