/**
 * One exchange: a line, and when it is open its steps.
 */
import type { Exchange } from "@espalier/schema"
import { Badge } from "@mantine/core"
import { memo, useEffect, useRef, useState } from "react"
import { Link } from "wouter"
import { durationText } from "../components/Time.ts"
import { devicesPath } from "../layout/Paths.ts"
import { ExchangeBodyView } from "./ExchangeBodyView.tsx"
import "../components/Disclosure.css"

interface ExchangeEntryProps {
  readonly workspace: string
  readonly exchange: Exchange
  /** The device's name, empty if unknown; `undefined` where all exchanges are of one device. */
  readonly device: string | undefined
  readonly onOpen: () => void
}

const clock = new Intl.DateTimeFormat(undefined, { timeStyle: "medium" })

const outcome = ({ status, error }: { readonly status?: number; readonly error?: string }): string =>
  error ?? String(status ?? "no response")

const colorOf = (status: number | undefined) => (status !== undefined && status < 400 ? "teal" : "red")

/** The end of an identifier, enough to distinguish devices. */
const shortOf = (udid: string | undefined) => (udid === undefined ? "" : `…${udid.slice(-6)}`)

const whoOf = ({ userShortName, userId }: Exchange): string | undefined => userShortName ?? userId

export const ExchangeEntry = memo(({ workspace, exchange, device, onOpen }: ExchangeEntryProps) => {
  const [open, setOpen] = useState(false)
  const details = useRef<HTMLDetailsElement>(null)
  // An entry at the bottom would open outside of the visible part.
  useEffect(() => {
    if (open) details.current?.scrollIntoView({ block: "nearest" })
  }, [open])
  const { at, message, calls, status, duration, udid } = exchange
  const who = whoOf(exchange)
  return (
    <li>
      <details
        ref={details}
        className="disclosure exchange"
        onToggle={({ currentTarget }) => {
          setOpen(currentTarget.open)
          if (currentTarget.open) onOpen()
        }}
      >
        <summary>
          <time className="exchange-time" dateTime={new Date(at).toISOString()}>
            {clock.format(at)}
          </time>
          {device === undefined ? null : (
            <span className="exchange-device" title={udid}>
              <span>{device}</span> <small>{shortOf(udid)}</small>
            </span>
          )}
          <span className="exchange-message">
            {message}
            {who === undefined ? null : <span className="exchange-who">{who}</span>}
          </span>
          <span className="exchange-calls">
            {calls.map((call) => (
              <Badge key={`${call.webhook} ${call.at}`} color={colorOf(call.status)} variant="light" tt="none">
                {call.webhook} {outcome(call)}
              </Badge>
            ))}
            <Badge color={colorOf(status)} variant={status < 400 ? "default" : "light"} tt="none">
              HTTP {status}
            </Badge>
          </span>
          <span className="exchange-duration">{durationText(duration)}</span>
        </summary>
        {open ? <Steps exchange={exchange} /> : null}
        {open && device !== undefined && udid !== undefined ? (
          <p className="exchange-steps">
            <Link href={devicesPath(workspace, udid)}>{udid}</Link>
          </p>
        ) : null}
      </details>
    </li>
  )
})

const Steps = ({ exchange }: { readonly exchange: Exchange }) => (
  <ol className="exchange-steps">
    <li>
      <h2>
        Request from the device: {exchange.message} ({exchange.method} {exchange.path})
      </h2>
      <ExchangeBodyView body={exchange.request} label="Request from the device" />
    </li>
    {exchange.calls.map((call) => (
      <li key={`${call.webhook} ${call.at}`}>
        <h2>
          Webhook {call.webhook}: {outcome(call)} in {durationText(call.duration)}
        </h2>
        <div className="side-by-side">
          <ExchangeBodyView body={call.request} label={`Webhook ${call.webhook}, request`} />
          <ExchangeBodyView body={call.answer} label={`Webhook ${call.webhook}, response`} />
        </div>
      </li>
    ))}
    <li>
      <h2>Response to the device: HTTP {exchange.status}</h2>
      <ExchangeBodyView body={exchange.response} label="Response to the device" />
    </li>
  </ol>
)
