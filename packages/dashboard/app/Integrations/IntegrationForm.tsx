/**
 * The form of an integration: URL and events. Each problem is shown at its field.
 */
import type { CatalogueEntry } from "@espalier/notifications/api"
import { Group, Stack, TextInput } from "@mantine/core"
import { type FormEvent, type ReactNode, useState } from "react"
import { Failure } from "../components/Failure.tsx"
import { PendingButton } from "../components/PendingButton.tsx"
import { EventChoice } from "./EventChoice.tsx"
import type { Problem } from "./InputProblem.ts"

export interface FormInput {
  readonly url: string
  readonly events: ReadonlyArray<string>
}

interface IntegrationFormProps {
  readonly initial: FormInput
  readonly catalogue: ReadonlyArray<CatalogueEntry>
  readonly rejected: Problem | undefined
  readonly pending: boolean
  readonly onSubmit: (input: FormInput) => void
  /** Called when a field was changed, with whether the form differs from its initial values. */
  readonly onChange?: (changed: boolean) => void
  readonly children?: ReactNode
}

const problemWith = ({ url, events }: FormInput): Problem | undefined => {
  if (url === "") return { field: "url", message: "Enter the URL that receives the events." }
  return events.length === 0 ? { field: "events", message: "Choose at least one event." } : undefined
}

const differs = (one: FormInput, other: FormInput): boolean =>
  one.url !== other.url.trim() || [...one.events].sort().join() !== [...other.events].sort().join()

export const IntegrationForm = ({
  initial,
  catalogue,
  rejected,
  pending,
  onSubmit,
  onChange,
  children,
}: IntegrationFormProps) => {
  const [url, setUrl] = useState(initial.url)
  const [events, setEvents] = useState<ReadonlyArray<string>>(initial.events)
  const [missing, setMissing] = useState<Problem>()
  const problem = missing ?? rejected
  const messageAt = (field: Problem["field"]) => (problem?.field === field ? problem.message : undefined)

  const submit = (event: FormEvent) => {
    event.preventDefault()
    const input = { url: url.trim(), events }
    const found = problemWith(input)
    setMissing(found)
    if (found === undefined) onSubmit(input)
  }

  return (
    <form onSubmit={submit} noValidate>
      <Stack gap="lg">
        <TextInput
          label="URL"
          description="Events are sent to this URL as JSON, signed with the secret of this integration."
          placeholder="https://hooks.example.com/mdm"
          type="url"
          inputMode="url"
          autoComplete="off"
          spellCheck={false}
          value={url}
          onChange={(event) => {
            setUrl(event.currentTarget.value)
            onChange?.(differs(initial, { url: event.currentTarget.value, events }))
          }}
          error={messageAt("url")}
          errorProps={{ role: "alert" }}
        />
        <EventChoice
          catalogue={catalogue}
          chosen={events}
          onChange={(chosen) => {
            setEvents(chosen)
            onChange?.(differs(initial, { url, events: chosen }))
          }}
          problem={messageAt("events")}
        />
        {problem?.field === "form" ? <Failure message={problem.message} /> : null}
        <Group className="integration-save">
          <PendingButton type="submit" pending={pending}>
            Save
          </PendingButton>
          {children}
        </Group>
      </Stack>
    </form>
  )
}
