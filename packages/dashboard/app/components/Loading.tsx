/**
 * A placeholder for content that is being loaded.
 */
import { Skeleton, Stack } from "@mantine/core"

const rows = ["first", "second", "third", "fourth"]

export const Loading = () => (
  <Stack gap="sm" role="status" aria-label="Loading">
    <Skeleton height={30} width={190} mb="sm" />
    {rows.map((row) => (
      <Skeleton key={row} height={56} />
    ))}
  </Stack>
)
