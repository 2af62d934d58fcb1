/**
 * The commands of a device and its users, and a form to queue one.
 */

import type { DeviceDetail } from "@espalier/devices/api"
import { Stack, Text } from "@mantine/core"
import { Section } from "../components/Section.tsx"
import { CommandEntry } from "./CommandEntry.tsx"
import { QueueCommand } from "./QueueCommand.tsx"

interface CommandsProps {
  readonly workspace: string
  readonly device: DeviceDetail
}

export const Commands = ({ workspace, device }: CommandsProps) => {
  const commands = [...device.commands, ...device.users.flatMap((user) => user.commands)].sort(
    (one, other) => other.queuedAt.epochMilliseconds - one.queuedAt.epochMilliseconds,
  )
  return (
    <Stack gap="lg">
      <Section title="Queue a command" level={2}>
        <QueueCommand workspace={workspace} device={device} />
      </Section>
      <Section title="Commands" level={2}>
        {commands.length === 0 ? (
          <Text c="dimmed" size="sm">
            No commands yet. A device requests its commands when it receives a push.
          </Text>
        ) : (
          <ul className="command-list">
            {commands.map((command) => (
              <CommandEntry key={command.commandUUID} command={command} />
            ))}
          </ul>
        )}
      </Section>
    </Stack>
  )
}
