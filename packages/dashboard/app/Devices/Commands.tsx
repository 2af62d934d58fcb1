/**
 * The commands of a device and its users: queue one, and see what became of the others.
 */
import { Stack, Text } from "@mantine/core"
import type { DeviceDetail } from "../../src/Devices/index.ts"
import { Section } from "../parts/Section.tsx"
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
            None yet. A device asks for its commands when it is woken by a push.
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
