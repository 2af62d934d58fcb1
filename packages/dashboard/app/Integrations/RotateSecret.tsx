/**
 * Rotates the secret. The old one also signs for 24 hours.
 */

import { Stack, Text } from "@mantine/core"
import { Redacted } from "effect"
import { Confirm } from "../components/Confirm.tsx"
import { Failure } from "../components/Failure.tsx"
import { FocusOnMount } from "../components/FocusOnMount.tsx"
import { Section } from "../components/Section.tsx"
import { problemOf } from "./InputProblem.ts"
import { useRotateSecret } from "./IntegrationQueries.ts"
import { Secret } from "./Secret.tsx"

export const RotateSecret = ({ workspace, id }: { readonly workspace: string; readonly id: string }) => {
  const rotate = useRotateSecret(workspace, id)
  return (
    <Stack gap="md">
      <Section title="Secret">
        <Text size="sm" c="dimmed">
          Events are signed with this secret. It was shown once, when it was created.
        </Text>
        <div>
          <Confirm
            label="Rotate secret"
            question="Create a new secret? Events are also signed with the old one for 24 hours, so that you have time to update the receiver."
            yes="Create new secret"
            color="accent"
            pending={rotate.isPending}
            onConfirm={() => rotate.mutate()}
          />
        </div>
      </Section>
      {rotate.error === null ? null : <Failure message={problemOf(rotate.error).message} />}
      {rotate.data === undefined ? null : (
        <FocusOnMount key={rotate.submittedAt}>
          <Secret secret={Redacted.value(rotate.data.secret)} />
        </FocusOnMount>
      )}
    </Stack>
  )
}
