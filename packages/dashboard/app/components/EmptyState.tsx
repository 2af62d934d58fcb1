/**
 * Shown instead of an empty list: why it is empty and what to do next.
 */
import { Text, Title } from "@mantine/core"
import type { ReactNode } from "react"
import "./EmptyState.css"

interface EmptyStateProps {
  readonly icon: ReactNode
  readonly title: string
  readonly children: ReactNode
  readonly action?: ReactNode
}

export const EmptyState = ({ icon, title, children, action }: EmptyStateProps) => (
  <div className="empty-state">
    <span className="empty-state-icon" aria-hidden="true">
      {icon}
    </span>
    <Title order={2} size="h4">
      {title}
    </Title>
    <Text c="dimmed" size="sm" maw={440}>
      {children}
    </Text>
    {action}
  </div>
)
