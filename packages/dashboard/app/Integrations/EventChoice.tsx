/**
 * The events to subscribe to, each with a description and an example of its payload.
 */
import type { CatalogueEntry } from "@espalier/notifications/api"
import { Checkbox } from "@mantine/core"
import { CodeBlock } from "../components/CodeBlock.tsx"
import { eventLabel } from "./EventNames.ts"
import "./EventChoice.css"

interface EventChoiceProps {
  readonly catalogue: ReadonlyArray<CatalogueEntry>
  readonly chosen: ReadonlyArray<string>
  readonly onChange: (chosen: ReadonlyArray<string>) => void
  readonly problem: string | undefined
}

/** The subscription to every event, also those that are added later. */
const allEvents = "*"

export const EventChoice = ({ catalogue, chosen, onChange, problem }: EventChoiceProps) => {
  const all = chosen.includes(allEvents)
  const change = (values: ReadonlyArray<string>) => {
    if (values.includes(allEvents) !== all) return onChange(all ? [] : [allEvents])
    onChange(all ? [allEvents] : values)
  }
  return (
    <Checkbox.Group
      label="Events"
      description="Choose the events to receive."
      value={all ? [allEvents, ...catalogue.map(({ name }) => name)] : [...chosen]}
      onChange={change}
      error={problem}
      errorProps={{ role: "alert" }}
    >
      <ul className="event-choice">
        <li>
          <Checkbox value={allEvents} label="All events" description="Also events that are added later." />
        </li>
        {catalogue.map(({ name, description, example }) => (
          <li key={name}>
            <Checkbox value={name} label={eventLabel(name)} description={description} disabled={all} />
            <details>
              <summary aria-label={`Example of ${eventLabel(name)}`}>Example</summary>
              <CodeBlock text={JSON.stringify(example, null, 2)} label={`Example of ${eventLabel(name)}`} />
            </details>
          </li>
        ))}
      </ul>
    </Checkbox.Group>
  )
}
