/**
 * A page's title, description and actions.
 */
import { Group, Text, Title } from "@mantine/core"
import type { ReactNode } from "react"

interface PageHeaderProps {
  readonly title: string
  readonly about: ReactNode
  readonly children?: ReactNode
}

export const PageHeader = ({ title, about, children }: PageHeaderProps) => (
  <Group justify="space-between" align="flex-start" mb="lg" gap="sm">
    <title>{title}</title>
    <div>
      <Title order={1} size="h2">
        {title}
      </Title>
      <Text c="dimmed" size="sm" mt={2}>
        {about}
      </Text>
    </div>
    {children}
  </Group>
)
