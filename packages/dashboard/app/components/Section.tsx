/**
 * A section with a heading.
 */
import { Stack, Title } from "@mantine/core"
import { type ReactNode, useId } from "react"

interface SectionProps {
  readonly title: string
  /** The heading's level: 2 on a page, 3 in a panel. */
  readonly level?: 2 | 3
  readonly children: ReactNode
}

export const Section = ({ title, level = 3, children }: SectionProps) => {
  const id = useId()
  return (
    <Stack component="section" gap="xs" aria-labelledby={id}>
      <Title order={level} size="h5" id={id}>
        {title}
      </Title>
      {children}
    </Stack>
  )
}
