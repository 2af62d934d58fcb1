/**
 * One exchange: the device's request, the webhooks that it caused, and the response to the device.
 */
import type { Exchange } from "@espalier/schema"
import { Group } from "@mantine/core"
import { CodeBlock } from "../components/CodeBlock.tsx"
import { CopyButton } from "../components/CopyButton.tsx"
import { durationText } from "../components/Time.ts"
import { curlOfCall, curlOfRequest } from "./Curl.ts"
import { ExchangeBodyView } from "./ExchangeBodyView.tsx"
import type { ExchangeSummary } from "./ExchangeSummary.ts"
import "../components/Disclosure.css"
import "./ExchangeDetail.css"

interface ExchangeDetailProps {
  readonly summary: ExchangeSummary
  readonly opened: boolean
  /** The address of this exchange in the page. */
  readonly href: string
  /** The origin of the server, as far as known. */
  readonly serverOrigin: string
}

const outcome = ({ status, error }: { readonly status?: number; readonly error?: string }): string =>
  error ?? (status === undefined ? "no response" : `HTTP ${status}`)

export const ExchangeDetail = ({ summary, opened, href, serverOrigin }: ExchangeDetailProps) => {
  const { exchange, message, command, failed } = summary
  return (
    <details className="disclosure exchange" open={opened}>
      <summary>
        <strong data-failed={failed}>{message}</strong>
        {command === undefined ? null : <span>→ {command}</span>}
        <span className="exchange-outcome">
          HTTP {exchange.status} · {durationText(exchange.duration)}
        </span>
      </summary>
      <div className="exchange-content">
        <Group gap="xs">
          <CopyButton text={new URL(href, location.href).href} label="Copy link" />
          <CopyButton text={curlOfRequest(exchange, serverOrigin)} label="Copy as cURL" />
        </Group>
        <Steps exchange={exchange} />
      </div>
    </details>
  )
}

const Steps = ({ exchange }: { readonly exchange: Exchange }) => (
  <ol className="exchange-steps">
    <li>
      <h2>
        Request from the device: {exchange.method} {exchange.path}
      </h2>
      <ExchangeBodyView body={exchange.request} label="Request from the device" />
    </li>
    {exchange.calls.map((call) => (
      <li key={`${call.webhook} ${call.at}`}>
        <h2>
          Webhook {call.webhook}: {outcome(call)} in {durationText(call.duration)}
        </h2>
        <ExchangeBodyView body={call.request} label={`Webhook ${call.webhook}, request`} />
        <ExchangeBodyView body={call.answer} label={`Webhook ${call.webhook}, response`} />
        <details>
          <summary>cURL</summary>
          <CodeBlock
            text={curlOfCall(call, "http://localhost:3000")}
            label={`Webhook ${call.webhook} as a curl command`}
          />
        </details>
      </li>
    ))}
    <li>
      <h2>Response to the device: HTTP {exchange.status}</h2>
      <ExchangeBodyView body={exchange.response} label="Response to the device" />
    </li>
  </ol>
)
