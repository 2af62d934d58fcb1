/**
 * Waits for a test event's first attempt and shows it.
 */
import { Anchor, Group, Loader, Stack } from "@mantine/core"
import { Link } from "wouter"
import { commonErrorMessage } from "../Api/CommonError.ts"
import { Failure } from "../components/Failure.tsx"
import { Attempts } from "../Deliveries/Attempts.tsx"
import { useAttempts } from "../Deliveries/DeliveryQueries.ts"
import { deliveriesPath } from "../layout/Paths.ts"

export const TestOutcome = ({ workspace, delivery }: { readonly workspace: string; readonly delivery: number }) => {
  const { data: attempts = [], error } = useAttempts(workspace, delivery, 0, {
    refetchInterval: ({ state }) => (state.data?.length ? false : 400),
  })
  if (error !== null) {
    return (
      <Failure message={error._tag === "DeliveryNotFound" ? "The delivery was deleted." : commonErrorMessage(error)} />
    )
  }
  return (
    <Stack gap="xs" role="status">
      {attempts.length === 0 ? (
        <Group gap="xs">
          <Loader size="xs" aria-hidden />
          Sending…
        </Group>
      ) : (
        <Attempts attempts={attempts} />
      )}
      <Anchor component={Link} href={deliveriesPath(workspace, { id: delivery })} size="sm">
        View delivery
      </Anchor>
    </Stack>
  )
}
