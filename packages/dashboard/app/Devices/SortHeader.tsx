/**
 * The header of a column, which sorts the list by it; a second click reverses the order.
 */
import IconArrowDown from "@tabler/icons-react/dist/esm/icons/IconArrowDown.mjs"
import IconArrowUp from "@tabler/icons-react/dist/esm/icons/IconArrowUp.mjs"
import type { DeviceListQuery } from "./DeviceListQuery.ts"

interface SortHeaderProps {
  readonly sort: NonNullable<DeviceListQuery["sort"]>
  readonly label: string
  readonly query: DeviceListQuery
  readonly onSort: (query: DeviceListQuery) => void
}

export const SortHeader = ({ sort, label, query, onSort }: SortHeaderProps) => {
  const sorted = (query.sort ?? "name") === sort
  const descending = query.order === "desc"
  const Icon = descending ? IconArrowDown : IconArrowUp
  return (
    <th scope="col" aria-sort={sorted ? (descending ? "descending" : "ascending") : undefined}>
      <button
        type="button"
        className="sort-header"
        onClick={() => onSort({ ...query, sort, order: sorted && !descending ? "desc" : "asc" })}
      >
        {label}
        {sorted ? <Icon size={13} aria-hidden /> : null}
      </button>
    </th>
  )
}
