/**
 * A signing secret, shown this once, and what it is good for.
 */
import { Alert, Code, Group, Stack, Text } from "@mantine/core"
import { CodeBlock } from "../parts/CodeBlock.tsx"
import { CopyButton } from "../parts/CopyButton.tsx"
import { Section } from "../parts/Section.tsx"

const verification = `import { Webhook } from "standardwebhooks"

const webhook = new Webhook(process.env.WEBHOOK_SECRET)
// Throws unless the body is as it was sent. Give it the raw body.
const event = webhook.verify(body, request.headers)`

export const Secret = ({ secret }: { readonly secret: string }) => (
  <Stack gap="lg">
    <Section title="Signing secret">
      <Alert color="yellow" variant="light">
        Copy it now and keep it safe: it is not shown again.
      </Alert>
      <Group gap="xs">
        <Code className="secret">{secret}</Code>
        <CopyButton text={secret} label="Copy the secret" />
      </Group>
    </Section>
    <Section title="How to verify">
      <Text size="sm">
        Each request has the headers <Code>webhook-id</Code>, <Code>webhook-timestamp</Code> and{" "}
        <Code>webhook-signature</Code>, as the Standard Webhooks specification has it. There are libraries for most
        languages; in Node:
      </Text>
      <CodeBlock text={verification} label="How to verify in Node" />
      <Text size="sm" c="dimmed">
        An event may come twice. It has the same webhook-id then.
      </Text>
    </Section>
  </Stack>
)
