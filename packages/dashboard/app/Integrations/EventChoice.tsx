/**
 * The events to choose from, each with what it tells and an example of what is posted.
 */
import type { CatalogueEntry } from "@espalier/notifications/api"
import { Checkbox } from "@mantine/core"
import { CodeBlock } from "../parts/CodeBlock.tsx"
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
    description="What to be told of."
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
