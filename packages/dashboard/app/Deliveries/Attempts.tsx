/**
 * The attempts of a delivery: time, duration, and the response or the error.
 */
import type { Attempt } from "@espalier/notifications/api"
import { Badge, Group } from "@mantine/core"
import { CodeBlock } from "../components/CodeBlock.tsx"
import { RelativeTime } from "../components/RelativeTime.tsx"
import { durationText } from "../components/Time.ts"
import { attemptErrorMessage } from "./AttemptErrorMessage.ts"
import "./Attempts.css"

const succeeded = ({ status }: Attempt) => status !== null && status >= 200 && status < 300

/** The address and the phases of an attempt, as far as it got: `192.0.2.1 · DNS 3 ms · connect 20 ms`. */
const phasesOf = ({ remoteAddress, timing: { dns, connect, tls, firstByte } }: Attempt): string =>
  [
    ...(remoteAddress === null ? [] : [remoteAddress]),
    ...(
      [
        ["DNS", dns],
        ["connect", connect],
        ["TLS", tls],
        ["first byte", firstByte],
      ] as const
    ).flatMap(([name, duration]) => (duration === null ? [] : [`${name} ${durationText(duration)}`])),
  ].join(" · ")

export const Attempts = ({ attempts }: { readonly attempts: ReadonlyArray<Attempt> }) => (
  <ol className="attempts">
    {attempts.map((attempt) => (
      <li key={attempt.number}>
        <Group gap="xs" justify="space-between">
          <Group gap="xs">
            <span className="attempt-number">{attempt.number}.</span>
            <Badge color={succeeded(attempt) ? "teal" : "red"} variant="light" tt="none">
              {attempt.status === null ? "No response" : `HTTP ${attempt.status}`}
            </Badge>
            <span>{durationText(attempt.duration)}</span>
          </Group>
          <span className="attempt-time">
            <RelativeTime at={attempt.at} />
          </span>
        </Group>
        {attempt.error === null ? null : <p className="attempt-error">{attemptErrorMessage(attempt.error)}</p>}
        {phasesOf(attempt) === "" ? null : <p className="attempt-phases">{phasesOf(attempt)}</p>}
        {attempt.bodyExcerpt === "" ? null : (
          <details>
            <summary>Response</summary>
            <CodeBlock text={attempt.bodyExcerpt} label={`Response to attempt ${attempt.number}`} />
          </details>
        )}
      </li>
    ))}
  </ol>
)
