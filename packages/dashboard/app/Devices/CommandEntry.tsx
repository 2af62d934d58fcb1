/**
 * A command of the queue: state, payload and result.
 */

import type { QueuedCommand } from "@espalier/devices/api"
import { Badge, type MantineColor } from "@mantine/core"
import { CodeBlock } from "../components/CodeBlock.tsx"
import { RelativeTime } from "../components/RelativeTime.tsx"
import { userNameOf } from "./Describe.ts"
import "../components/Disclosure.css"
import "./CommandEntry.css"

const words: Readonly<Record<QueuedCommand["state"], readonly [string, MantineColor]>> = {
  queued: ["Queued", "gray"],
  sent: ["Sent", "yellow"],
  acknowledged: ["Acknowledged", "teal"],
  error: ["Error", "red"],
  notNow: ["Not now", "yellow"],
}

const json = (value: unknown) => JSON.stringify(value, null, 2)

export const CommandEntry = ({ command }: { readonly command: QueuedCommand }) => {
  const { requestType, state, queuedAt, answeredAt, payload, answer, channel, commandUUID } = command
  const [word, color] = words[state]
  const { userId, userShortName } = channel
  return (
    <li>
      <details className="disclosure command">
        <summary>
          <Badge color={color} variant="light" tt="none">
            {word}
          </Badge>
          <strong>{requestType}</strong>
          {userId === undefined ? null : (
            <span className="command-user">
              for {userShortName === undefined ? userNameOf({ userId }) : userNameOf({ userId, userShortName })}
            </span>
          )}
          <span className="command-time">
            <RelativeTime at={(answeredAt ?? queuedAt).epochMilliseconds} />
          </span>
        </summary>
        <div className="command-detail">
          {answer?.errorChain?.map((error) => (
            <p key={`${error.errorDomain} ${error.errorCode}`} className="command-error">
              {error.usEnglishDescription ?? error.localizedDescription} ({error.errorDomain} {error.errorCode})
            </p>
          ))}
          <div className="side-by-side">
            <div>
              <h3>Command</h3>
              <CodeBlock text={json({ RequestType: requestType, ...payload })} label={`Command ${requestType}`} />
            </div>
            <div>
              <h3>Result</h3>
              {answer === undefined ? (
                <p>No result yet.</p>
              ) : (
                <CodeBlock
                  text={json({ Status: answer.status, ...answer.payload })}
                  label={`Result of ${requestType}`}
                />
              )}
            </div>
          </div>
          <p className="command-uuid">{commandUUID}</p>
        </div>
      </details>
    </li>
  )
}
