/**
 * A new secret in place of the old one, which signs along for a day.
 */

import { Stack, Text } from "@mantine/core"
import { Redacted } from "effect"
import { Arrival } from "../parts/Arrival.tsx"
import { Confirm } from "../parts/Confirm.tsx"
import { Failure } from "../parts/Failure.tsx"
import { Section } from "../parts/Section.tsx"
import { problemOf } from "./InputProblem.ts"
import { useRotateSecret } from "./IntegrationCalls.ts"
import { Secret } from "./Secret.tsx"

export const RotateSecret = ({ workspace, id }: { readonly workspace: string; readonly id: string }) => {
  const rotate = useRotateSecret(workspace, id)
  return (
    <Stack gap="md">
      <Section title="Secret">
        <Text size="sm" c="dimmed">
          Events are signed with it. It was shown when it was made.
        </Text>
        <div>
          <Confirm
            label="Rotate secret"
            question="Make a new secret? The old one signs along for 24 hours, so that the receiver can change over in peace."
            yes="Make a new secret"
            color="teal"
            pending={rotate.isPending}
            onConfirm={() => rotate.mutate()}
          />
        </div>
      </Section>
      {rotate.error === null ? null : <Failure sentence={problemOf(rotate.error).sentence} />}
      {rotate.data === undefined ? null : (
        <Arrival key={rotate.submittedAt}>
          <Secret secret={Redacted.value(rotate.data.secret)} />
        </Arrival>
      )}
    </Stack>
  )
}
