/**
 * A connection in the list: time, device, and what happened.
 */
import { Fragment, memo } from "react"
import { Link } from "wouter"
import type { ExchangeGroup } from "./ExchangeGroups.ts"

interface ExchangeGroupRowProps {
  readonly group: ExchangeGroup
  readonly href: string
  readonly selected: boolean
  /** The device's name, empty if unknown; `undefined` where all exchanges are of one device. */
  readonly device: string | undefined
  readonly onSelect: () => void
}

const clock = new Intl.DateTimeFormat(undefined, { timeStyle: "medium" })

/** The end of an identifier, enough to distinguish devices. */
const shortOf = (udid: string | undefined) => (udid === undefined ? "" : `…${udid.slice(-6)}`)

export const ExchangeGroupRow = memo(({ group, href, selected, device, onSelect }: ExchangeGroupRowProps) => {
  const { first, steps, failed, idle } = group
  const user = first.userShortName ?? first.userId
  return (
    <Link
      href={href}
      replace
      className="exchange-row"
      aria-current={selected ? "true" : undefined}
      data-failed={failed}
      data-idle={idle}
      onClick={onSelect}
    >
      <time dateTime={new Date(first.at).toISOString()}>{clock.format(first.at)}</time>
      {device === undefined ? null : (
        <span className="exchange-row-device" title={first.udid}>
          <span>{device}</span> <small>{shortOf(first.udid)}</small>
        </span>
      )}
      <span className="exchange-row-steps">
        {steps.map((step, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: steps are never reordered.
          <Fragment key={index}>
            {index === 0 ? null : <span aria-hidden="true"> → </span>}
            <span data-failed={/^(Error|CommandFormatError|HTTP)\b/.test(step)}>{step}</span>
          </Fragment>
        ))}
        {user === undefined ? null : <small> {user}</small>}
      </span>
    </Link>
  )
})
