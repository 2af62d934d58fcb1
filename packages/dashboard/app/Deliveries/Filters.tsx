/**
 * The filters of the delivery list.
 */
import { DeliveryState } from "@espalier/notifications/api"
import { type Integration, SubscriptionName } from "@espalier/schema"
import { Button, NativeSelect, Pill } from "@mantine/core"
import { eventNames } from "../Integrations/EventNames.ts"
import { defaultRange, type Filter, isCustom, rangeNames, ranges, windowOf } from "./Filter.ts"
import { stateNames } from "./StateNames.ts"
import { TimeField } from "./TimeField.tsx"
import "./Filters.css"

interface FiltersProps {
  readonly filter: Filter
  readonly integrations: ReadonlyArray<Integration>
  readonly onChange: (filter: Filter) => void
}

type Key = keyof Filter

export const Filters = ({ filter, integrations, onChange }: FiltersProps) => {
  const without = (...keys: ReadonlyArray<Key>): Filter => {
    const rest = { ...filter }
    for (const key of keys) delete rest[key]
    return rest
  }
  const custom = isCustom(filter)
  const chooseRange = (value: string) => {
    const rest = without("since", "until", "range")
    const range = rangeNames.find((name) => name === value)
    if (range !== undefined) return onChange({ ...rest, range })
    const { since, until } = windowOf(filter)
    onChange({ ...rest, since, until })
  }
  const filtered = filter.state !== undefined || filter.integration !== undefined || filter.name !== undefined

  return (
    <search className="filters" aria-label="Filter deliveries">
      <NativeSelect
        label="State"
        value={filter.state ?? ""}
        onChange={(event) => {
          const state = DeliveryState.literals.find((name) => name === event.currentTarget.value)
          onChange(state === undefined ? without("state") : { ...filter, state })
        }}
        data={[
          { value: "", label: "All states" },
          ...DeliveryState.literals.map((state) => ({ value: state, label: stateNames[state] })),
        ]}
      />
      <NativeSelect
        label="Integration"
        value={filter.integration ?? ""}
        onChange={({ currentTarget: { value } }) =>
          onChange(value === "" ? without("integration") : { ...filter, integration: value })
        }
        data={[
          { value: "", label: "All integrations" },
          ...integrations.map(({ id, url }) => ({ value: id, label: url })),
        ]}
      />
      <NativeSelect
        label="Event"
        value={filter.name ?? ""}
        onChange={(event) => {
          const name = SubscriptionName.literals.find((one) => one === event.currentTarget.value)
          onChange(name === undefined ? without("name") : { ...filter, name })
        }}
        data={[
          { value: "", label: "All events" },
          ...SubscriptionName.literals.map((name) => ({ value: name, label: eventNames[name] })),
        ]}
      />
      <NativeSelect
        label="Time"
        value={custom ? "custom" : (filter.range ?? defaultRange)}
        onChange={(event) => chooseRange(event.currentTarget.value)}
        data={[
          ...rangeNames.map((range) => ({ value: range, label: ranges[range].label })),
          { value: "custom", label: "Custom range" },
        ]}
      />
      {custom ? (
        <>
          <TimeField label="From" at={filter.since} onChange={(since) => onChange({ ...filter, since })} />
          <TimeField label="To" at={filter.until} onChange={(until) => onChange({ ...filter, until })} />
        </>
      ) : null}
      {filter.event === undefined ? null : (
        <Pill
          className="filters-event"
          size="lg"
          withRemoveButton
          onRemove={() => onChange(without("event"))}
          removeButtonProps={{ "aria-label": "Remove filter", "aria-hidden": false, tabIndex: 0 }}
        >
          webhook-id {filter.event}
        </Pill>
      )}
      {filtered ? (
        <Button
          variant="subtle"
          color="gray"
          onClick={() => onChange(without("state", "integration", "name", "event"))}
        >
          Clear
        </Button>
      ) : null}
    </search>
  )
}
