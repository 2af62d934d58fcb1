/**
 * How to verify a signed event, in the language of the receiver.
 */
import { Tabs } from "@mantine/core"
import { CodeBlock } from "../components/CodeBlock.tsx"
import { snippets } from "./VerificationSnippets.ts"

export const VerificationExamples = () => (
  <Tabs defaultValue="TypeScript" variant="pills">
    <Tabs.List mb="xs">
      {snippets.map(({ language }) => (
        <Tabs.Tab key={language} value={language} size="xs">
          {language}
        </Tabs.Tab>
      ))}
    </Tabs.List>
    {snippets.map(({ language, code }) => (
      <Tabs.Panel key={language} value={language}>
        <CodeBlock text={code} label={`How to verify with ${language}`} />
      </Tabs.Panel>
    ))}
  </Tabs>
)
