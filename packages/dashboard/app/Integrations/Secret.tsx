/**
 * A signing secret, shown once, and how to verify events with it.
 */
import { Alert, Code, Group, Stack, Text } from "@mantine/core"
import { CopyButton } from "../components/CopyButton.tsx"
import { Section } from "../components/Section.tsx"
import { VerificationExamples } from "./VerificationExamples.tsx"

export const Secret = ({ secret }: { readonly secret: string }) => (
  <Stack gap="lg">
    <Section title="Signing secret">
      <Alert color="yellow" variant="light">
        Copy this secret now and store it safely. It is not shown again.
      </Alert>
      <Group gap="xs">
        <Code className="secret">{secret}</Code>
        <CopyButton text={secret} label="Copy the secret" />
      </Group>
    </Section>
    <Section title="How to verify">
      <Text size="sm">
        Each request has the headers <Code>webhook-id</Code>, <Code>webhook-timestamp</Code> and{" "}
        <Code>webhook-signature</Code> of the Standard Webhooks specification. There are libraries for most languages.
        In Node:
      </Text>
      <VerificationExamples />
      <Text size="sm" c="dimmed">
        An event can be delivered more than once, always with the same webhook-id.
      </Text>
    </Section>
  </Stack>
)
