/**
 * What is declared for a device and its users, how it fares with that, and declaring something more.
 */
import { Button, Group, Stack, Text } from "@mantine/core"
import { useState } from "react"
import type { DeviceDetail } from "../../src/Devices/index.ts"
import { Section } from "../parts/Section.tsx"
import { DeclarationEntry } from "./DeclarationEntry.tsx"
import { DeclareForm } from "./DeclareForm.tsx"

interface DeclarationsProps {
  readonly workspace: string
  readonly device: DeviceDetail
}

export const Declarations = ({ workspace, device }: DeclarationsProps) => {
  const [declaring, setDeclaring] = useState(false)
  return (
    <Stack gap="lg">
      <Group justify="space-between">
        <Text size="sm" c="dimmed">
          {device.progress.synchronised
            ? "The device has what is declared for it."
            : "The device has not synchronised yet what is declared for it."}
        </Text>
        {declaring ? null : <Button onClick={() => setDeclaring(true)}>Add a declaration</Button>}
      </Group>
      {declaring ? (
        <Section title="Add a declaration" level={2}>
          <DeclareForm workspace={workspace} device={device} onDone={() => setDeclaring(false)} />
        </Section>
      ) : null}
      <Section title="Declarations" level={2}>
        {device.declared.length === 0 ? (
          <Text c="dimmed" size="sm">
            Nothing is declared for this device or its users.
          </Text>
        ) : (
          <ul className="command-list">
            {device.declared.map((declared) => (
              <DeclarationEntry
                key={`${JSON.stringify(declared.target)} ${declared.declaration.Identifier}`}
                workspace={workspace}
                device={device}
                declared={declared}
              />
            ))}
          </ul>
        )}
      </Section>
    </Stack>
  )
}
