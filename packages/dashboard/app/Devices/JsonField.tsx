/**
 * A text field for JSON.
 */
import { Textarea } from "@mantine/core"

interface JsonFieldProps {
  readonly label: string
  readonly about: string
  readonly value: string
  readonly onChange: (value: string) => void
  readonly problem: string | undefined
}

export const JsonField = ({ label, about, value, onChange, problem }: JsonFieldProps) => (
  <Textarea
    label={label}
    description={about}
    placeholder="{}"
    rows={6}
    spellCheck={false}
    styles={{ input: { fontFamily: "var(--mantine-font-family-monospace)" } }}
    value={value}
    onChange={(event) => onChange(event.currentTarget.value)}
    error={problem}
    errorProps={{ role: "alert" }}
  />
)
