/**
 * The filters of the live traffic.
 */
import type { Device } from "@espalier/devices/api"
import { NativeSelect, Switch, TextInput } from "@mantine/core"
import { nameOf } from "../Devices/Describe.ts"
import type { ExchangeFilter } from "./ExchangeFilter.ts"

interface ExchangeFiltersProps {
  readonly filter: ExchangeFilter
  /** `undefined` where all exchanges are of one device. */
  readonly devices: ReadonlyArray<Device> | undefined
  readonly onChange: (filter: ExchangeFilter) => void
}

export const ExchangeFilters = ({ filter, devices, onChange }: ExchangeFiltersProps) => {
  const { device, message, errors, idle } = filter
  const change = (changed: { readonly [Key in keyof ExchangeFilter]: ExchangeFilter[Key] | undefined }) => {
    const next = { device, message, errors, idle, ...changed }
    onChange({
      ...(next.device === undefined ? {} : { device: next.device }),
      ...(next.message === undefined ? {} : { message: next.message }),
      ...(next.errors === undefined ? {} : { errors: next.errors }),
      ...(next.idle === undefined ? {} : { idle: next.idle }),
    })
  }
  return (
    <search className="exchange-filters" aria-label="Filter live traffic">
      {devices === undefined ? null : (
        <NativeSelect
          aria-label="Device"
          value={device ?? ""}
          onChange={({ currentTarget: { value } }) => change({ device: value === "" ? undefined : value })}
          data={[
            { value: "", label: "All devices" },
            ...devices.map((one) => ({ value: one.udid, label: nameOf(one) })),
          ]}
        />
      )}
      <TextInput
        aria-label="Message or command"
        placeholder="Message or command"
        value={message ?? ""}
        onChange={({ currentTarget: { value } }) => change({ message: value === "" ? undefined : value })}
      />
      <Switch
        label="Errors only"
        checked={errors === "only"}
        onChange={(event) => change({ errors: event.currentTarget.checked ? "only" : undefined })}
      />
      <Switch
        label="Hide idle"
        checked={idle === "hide"}
        onChange={(event) => change({ idle: event.currentTarget.checked ? "hide" : undefined })}
      />
    </search>
  )
}
