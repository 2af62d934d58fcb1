/**
 * A date and time in the browser's time zone.
 */
import { TextInput } from "@mantine/core"

interface TimeFieldProps {
  readonly label: string
  /** Unix milliseconds. */
  readonly at: number | undefined
  readonly onChange: (at: number) => void
}

const localText = (at: number): string =>
  new Date(at - new Date(at).getTimezoneOffset() * 60_000).toISOString().slice(0, 16)

export const TimeField = ({ label, at, onChange }: TimeFieldProps) => (
  <TextInput
    label={label}
    type="datetime-local"
    value={at === undefined ? "" : localText(at)}
    onChange={(event) => {
      const time = new Date(event.currentTarget.value).getTime()
      if (!Number.isNaN(time)) onChange(time)
    }}
  />
)
