/**
 * A page's title, description and actions.
 */
import { Group, Text, Title } from "@mantine/core"
import type { ReactNode } from "react"
import { DocumentTitle } from "../layout/DocumentTitle.tsx"

interface PageHeaderProps {
  readonly title: string
  /** The title of the browser's tab, if it is another. */
  readonly documentTitle?: string
  readonly about: ReactNode
  readonly children?: ReactNode
}

export const PageHeader = ({ title, documentTitle = title, about, children }: PageHeaderProps) => (
  <Group justify="space-between" align="flex-start" mb="lg" gap="sm">
    <DocumentTitle title={documentTitle} />
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
