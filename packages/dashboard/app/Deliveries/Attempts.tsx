/**
 * The tries of a delivery: when, how long, what was answered or what went wrong.
 */
import type { Attempt } from "@espalier/notifications/api"
import { Badge, Group } from "@mantine/core"
import { CodeBlock } from "../parts/CodeBlock.tsx"
import { RelativeTime } from "../parts/RelativeTime.tsx"
import { durationText } from "../parts/Time.ts"
import { errorSentence } from "./ErrorSentence.ts"
import "./Attempts.css"

const succeeded = ({ status }: Attempt) => status !== null && status >= 200 && status < 300

export const Attempts = ({ attempts }: { readonly attempts: ReadonlyArray<Attempt> }) => (
  <ol className="attempts">
    {attempts.map((attempt) => (
      <li key={attempt.number}>
        <Group gap="xs" justify="space-between">
          <Group gap="xs">
            <span className="attempt-number">{attempt.number}.</span>
            <Badge color={succeeded(attempt) ? "teal" : "red"} variant="light" tt="none">
              {attempt.status === null ? "No answer" : `HTTP ${attempt.status}`}
            </Badge>
            <span>{durationText(attempt.duration)}</span>
          </Group>
          <span className="attempt-time">
            <RelativeTime at={attempt.at} />
          </span>
        </Group>
        {attempt.error === null ? null : <p className="attempt-error">{errorSentence(attempt.error)}</p>}
        {attempt.answer === "" ? null : (
          <details>
            <summary>Answer</summary>
            <CodeBlock text={attempt.answer} label={`Answer of attempt ${attempt.number}`} />
          </details>
        )}
      </li>
    ))}
  </ol>
)
