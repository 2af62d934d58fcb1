/**
 * The form fields of a command.
 */
import { Checkbox, FileInput, Stack, TextInput } from "@mantine/core"
import { Base64 } from "effect/encoding"
import type { Field } from "./CommandForms.ts"
import type { Filled } from "./CommandPayload.ts"

interface CommandFieldsProps {
  readonly fields: ReadonlyArray<Field>
  readonly filled: Filled
  readonly onChange: (change: (filled: Filled) => Filled) => void
  readonly problems: Readonly<Record<string, string>>
}

export const CommandFields = ({ fields, filled, onChange, problems }: CommandFieldsProps) => {
  const setText = (key: string, text: string) =>
    onChange((before) => ({ ...before, texts: { ...before.texts, [key]: text } }))

  const input = (field: Field) => {
    const common = { label: field.label, description: field.about, error: problems[field.key] }
    switch (field.kind) {
      case "text":
        return (
          <TextInput
            {...common}
            key={field.key}
            errorProps={{ role: "alert" }}
            autoComplete="off"
            value={filled.texts[field.key] ?? ""}
            onChange={(event) => setText(field.key, event.currentTarget.value)}
          />
        )
      case "file":
        return (
          <FileInput
            {...common}
            key={field.key}
            errorProps={{ role: "alert" }}
            accept={field.accept}
            placeholder="Choose a file"
            onChange={(file) => {
              if (file === null) return setText(field.key, "")
              void file.arrayBuffer().then((bytes) => setText(field.key, Base64.encode(new Uint8Array(bytes))))
            }}
          />
        )
      case "choices":
        return (
          <Checkbox.Group
            {...common}
            key={field.key}
            errorProps={{ role: "alert" }}
            value={[...(filled.choices[field.key] ?? [])]}
            onChange={(chosen) =>
              onChange((before) => ({ ...before, choices: { ...before.choices, [field.key]: chosen } }))
            }
          >
            <div className="command-choices">
              {field.choices.map((choice) => (
                <Checkbox key={choice} value={choice} label={choice} size="xs" />
              ))}
            </div>
          </Checkbox.Group>
        )
    }
  }
  return fields.length === 0 ? null : <Stack gap="sm">{fields.map(input)}</Stack>
}
