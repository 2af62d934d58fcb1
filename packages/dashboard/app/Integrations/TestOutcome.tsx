/**
 * Waits for a test event's first attempt, and shows it.
 */
import { Anchor, Group, Loader, Stack } from "@mantine/core"
import { Link } from "wouter"
import { commonSentence } from "../Api/CommonFailure.ts"
import { Attempts } from "../Deliveries/Attempts.tsx"
import { useAttempts } from "../Deliveries/DeliveryCalls.ts"
import { Failure } from "../parts/Failure.tsx"
import { deliveriesPath } from "../shell/Paths.ts"

export const TestOutcome = ({ workspace, delivery }: { readonly workspace: string; readonly delivery: number }) => {
  const { data: attempts = [], error } = useAttempts(workspace, delivery, 0, {
    refetchInterval: ({ state }) => (state.data?.length ? false : 400),
  })
  if (error !== null) {
    return (
      <Failure
        sentence={error._tag === "DeliveryUnknown" ? "Its delivery is not there any more." : commonSentence(error)}
      />
    )
  }
  return (
    <Stack gap="xs" role="status">
      {attempts.length === 0 ? (
        <Group gap="xs">
          <Loader size="xs" aria-hidden />
          On its way…
        </Group>
      ) : (
        <Attempts attempts={attempts} />
      )}
      <Anchor component={Link} href={deliveriesPath(workspace, { id: delivery })} size="sm">
        See its delivery
      </Anchor>
    </Stack>
  )
}
