/**
 * The choice of a workspace, for a key that grants access to every one.
 */
import { Anchor, Button, Group, Stack, Text, TextInput, Title } from "@mantine/core"
import { type FormEvent, useState } from "react"
import { Link, useLocation } from "wouter"
import { configuration } from "../layout/Configuration.ts"
import { DocumentTitle } from "../layout/DocumentTitle.tsx"
import { integrationsPath } from "../layout/Paths.ts"
import "./WorkspacePage.css"

export const WorkspacePage = () => {
  const [name, setName] = useState("")
  const [problem, setProblem] = useState<string>()
  const [, navigate] = useLocation()

  const submit = (event: FormEvent) => {
    event.preventDefault()
    const trimmed = name.trim()
    if (trimmed === "" || trimmed.length > 255) return setProblem("Enter a name of 1 to 255 characters.")
    navigate(integrationsPath(trimmed))
  }

  return (
    <form className="workspace-form" onSubmit={submit} noValidate>
      <DocumentTitle title="Choose a workspace" />
      <Stack gap="md">
        <div>
          <Title order={1} size="h3">
            Choose a workspace
          </Title>
          <Text c="dimmed" size="sm" mt={4}>
            Your key grants access to every workspace. Each has its own integrations and deliveries.
          </Text>
        </div>
        {configuration.workspaces.length === 0 ? null : (
          <ul className="workspace-list">
            {configuration.workspaces.map((workspace) => (
              <li key={workspace}>
                <Anchor component={Link} href={integrationsPath(workspace)}>
                  {workspace}
                </Anchor>
              </li>
            ))}
          </ul>
        )}
        <TextInput
          label={configuration.workspaces.length === 0 ? "Workspace" : "Another workspace"}
          description="The name that your backend uses for it."
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          error={problem}
          errorProps={{ role: "alert" }}
        />
        <Group>
          <Button type="submit">Open</Button>
        </Group>
      </Stack>
    </form>
  )
}
