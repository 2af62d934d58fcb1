/**
 * The page for an unknown address.
 */
import { Anchor, Stack, Text, Title } from "@mantine/core"
import { Link } from "wouter"
import { DocumentTitle } from "./DocumentTitle.tsx"

export const NotFound = () => (
  <Stack gap="xs">
    <DocumentTitle title="Page not found" />
    <Title order={1} size="h3">
      Page not found
    </Title>
    <Text c="dimmed">There is no page at this address.</Text>
    <Anchor component={Link} href="/">
      Go to the start page
    </Anchor>
  </Stack>
)
