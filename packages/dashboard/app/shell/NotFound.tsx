/**
 * An address that means nothing.
 */
import { Anchor, Stack, Text, Title } from "@mantine/core"
import { Link } from "wouter"

export const NotFound = () => (
  <Stack gap="xs">
    <title>Nothing here</title>
    <Title order={1} size="h3">
      Nothing here
    </Title>
    <Text c="dimmed">No page has this address.</Text>
    <Anchor component={Link} href="/">
      Back to the beginning
    </Anchor>
  </Stack>
)
