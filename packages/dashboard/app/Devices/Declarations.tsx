/**
 * The declarations for a device and its users, and a form to add one.
 */

import type { DeviceDetail } from "@espalier/devices/api"
import { Button, Group, Stack, Text } from "@mantine/core"
import { useState } from "react"
import { Section } from "../components/Section.tsx"
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
          {device.sync.synchronized
            ? "The device has synchronized its declarations."
            : "The device has not synchronized its declarations yet."}
        </Text>
        {declaring ? null : <Button onClick={() => setDeclaring(true)}>Add declaration</Button>}
      </Group>
      {declaring ? (
        <Section title="Add declaration" level={2}>
          <DeclareForm workspace={workspace} device={device} onDone={() => setDeclaring(false)} />
        </Section>
      ) : null}
      <Section title="Declarations" level={2}>
        {device.declarations.length === 0 ? (
          <Text c="dimmed" size="sm">
            No declarations for this device or its users.
          </Text>
        ) : (
          <ul className="command-list">
            {device.declarations.map((targeted) => (
              <DeclarationEntry
                key={`${JSON.stringify(targeted.target)} ${targeted.declaration.Identifier}`}
                workspace={workspace}
                device={device}
                targeted={targeted}
              />
            ))}
          </ul>
        )}
      </Section>
    </Stack>
  )
}
