/**
 * What an integration is made of: where to, and which events. What is refused is said at the field that it is about.
 */
import type { CatalogueEntry } from "@espalier/notifications/api"
import { Group, Stack, TextInput } from "@mantine/core"
import { type FormEvent, type ReactNode, useState } from "react"
import { Failure } from "../parts/Failure.tsx"
import { PendingButton } from "../parts/PendingButton.tsx"
import { EventChoice } from "./EventChoice.tsx"
import type { Problem } from "./InputProblem.ts"

export interface FormInput {
  readonly url: string
  readonly events: ReadonlyArray<string>
}

interface IntegrationFormProps {
  readonly initial: FormInput
  readonly catalogue: ReadonlyArray<CatalogueEntry>
  readonly refused: Problem | undefined
  readonly pending: boolean
  readonly onSubmit: (input: FormInput) => void
  /** Something was changed, and not yet submitted. */
  readonly onChange?: () => void
  readonly children?: ReactNode
}

const problemWith = ({ url, events }: FormInput): Problem | undefined => {
  if (url === "") return { field: "url", sentence: "Enter the URL that receives the events." }
  return events.length === 0 ? { field: "events", sentence: "Choose at least one event." } : undefined
}

export const IntegrationForm = ({
  initial,
  catalogue,
  refused,
  pending,
  onSubmit,
  onChange,
  children,
}: IntegrationFormProps) => {
  const [url, setUrl] = useState(initial.url)
  const [events, setEvents] = useState<ReadonlyArray<string>>(initial.events)
  const [missing, setMissing] = useState<Problem>()
  const problem = missing ?? refused
  const sentenceAt = (field: Problem["field"]) => (problem?.field === field ? problem.sentence : undefined)

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
          description="Events are posted here as JSON, signed with a secret of this integration."
          placeholder="https://hooks.example.com/mdm"
          type="url"
          inputMode="url"
          autoComplete="off"
          spellCheck={false}
          value={url}
          onChange={(event) => {
            setUrl(event.currentTarget.value)
            onChange?.()
          }}
          error={sentenceAt("url")}
          errorProps={{ role: "alert" }}
        />
        <EventChoice
          catalogue={catalogue}
          chosen={events}
          onChange={(chosen) => {
            setEvents(chosen)
            onChange?.()
          }}
          problem={sentenceAt("events")}
        />
        {problem?.field === "form" ? <Failure sentence={problem.sentence} /> : null}
        <Group>
          <PendingButton type="submit" pending={pending}>
            Save
          </PendingButton>
          {children}
        </Group>
      </Stack>
    </form>
  )
}
