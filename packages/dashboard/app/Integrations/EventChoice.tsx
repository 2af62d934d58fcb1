/**
 * The events to subscribe to, each with a description and an example of its payload.
 */
import type { CatalogueEntry } from "@espalier/notifications/api"
import { Checkbox } from "@mantine/core"
import { CodeBlock } from "../components/CodeBlock.tsx"
import { eventNames } from "./EventNames.ts"
import "./EventChoice.css"

interface EventChoiceProps {
  readonly catalogue: ReadonlyArray<CatalogueEntry>
  readonly chosen: ReadonlyArray<string>
  readonly onChange: (chosen: ReadonlyArray<string>) => void
  readonly problem: string | undefined
}

export const EventChoice = ({ catalogue, chosen, onChange, problem }: EventChoiceProps) => (
  <Checkbox.Group
    label="Events"
    description="Choose the events to receive."
    value={[...chosen]}
    onChange={onChange}
    error={problem}
    errorProps={{ role: "alert" }}
  >
    <ul className="event-choice">
      {catalogue.map(({ name, description, example }) => (
        <li key={name}>
          <Checkbox value={name} label={eventNames[name]} description={description} />
          <details>
            <summary aria-label={`Example of ${eventNames[name]}`}>Example</summary>
            <CodeBlock text={JSON.stringify(example, null, 2)} label={`Example of ${eventNames[name]}`} />
          </details>
        </li>
      ))}
    </ul>
  </Checkbox.Group>
)
