/**
 * The list of devices: only visible rows are in the document. On a narrow screen each row is a card.
 */
import type { Device } from "@espalier/devices/api"
import { useMediaQuery } from "@mantine/hooks"
import { useWindowVirtualizer } from "@tanstack/react-virtual"
import { useEffect, useLayoutEffect, useRef, useState } from "react"
import { Link } from "wouter"
import { RelativeTime } from "../components/RelativeTime.tsx"
import { devicesPath } from "../layout/Paths.ts"
import { modelOf, nameOf, osOf, serialOf, userNameOf } from "./Describe.ts"
import type { DeviceListQuery } from "./DeviceListQuery.ts"
import { EnrollmentStatus } from "./EnrollmentStatus.tsx"
import { SortHeader } from "./SortHeader.tsx"
import "../components/RowTable.css"
import "./DeviceList.css"

interface DeviceListProps {
  readonly workspace: string
  readonly devices: ReadonlyArray<Device>
  readonly total: number
  readonly query: DeviceListQuery
  readonly onSort: (query: DeviceListQuery) => void
  /** Loads the next page. */
  readonly onMore: () => void
}

/** How many rows before the end the next page is loaded. */
const ahead = 20

export const DeviceList = ({ workspace, devices, total, query, onSort, onMore }: DeviceListProps) => {
  const body = useRef<HTMLTableSectionElement>(null)
  const narrow = useMediaQuery("(max-width: 56em)")
  const [margin, setMargin] = useState(0)
  const virtualizer = useWindowVirtualizer({
    count: devices.length,
    estimateSize: () => (narrow ? 222 : 57),
    getItemKey: (index) => devices[index]?.udid ?? index,
    overscan: 8,
    scrollMargin: margin,
    gap: narrow ? 12 : 0,
  })
  const rows = virtualizer.getVirtualItems()
  const last = rows.at(-1)
  const before = (rows[0]?.start ?? margin) - margin
  const after = virtualizer.getTotalSize() - ((last?.end ?? margin) - margin)

  useLayoutEffect(() => {
    const element = body.current
    if (element !== null) setMargin(element.getBoundingClientRect().top + window.scrollY)
  }, [])
  useEffect(() => {
    if (devices.length < total && (last?.index ?? 0) >= devices.length - ahead) onMore()
  }, [devices.length, total, last?.index, onMore])

  const header = { query, onSort }
  return (
    <table className="row-table device-list" aria-label="Devices" aria-rowcount={total + 1}>
      <thead>
        <tr aria-rowindex={1}>
          <SortHeader sort="name" label="Name" {...header} />
          <SortHeader sort="model" label="Model" {...header} />
          <SortHeader sort="osVersion" label="OS" {...header} />
          <SortHeader sort="serialNumber" label="Serial number" {...header} />
          <th scope="col">Users</th>
          <SortHeader sort="lastSeen" label="Last seen" {...header} />
          <SortHeader sort="status" label="Status" {...header} />
        </tr>
      </thead>
      <tbody ref={body}>
        {before > 0 ? <tr className="device-list-space" style={{ height: before }} /> : null}
        {rows.map(({ index, key }) => {
          const device = devices[index]
          return device === undefined ? null : (
            <tr key={key} ref={virtualizer.measureElement} data-index={index} aria-rowindex={index + 2}>
              <td className="device-list-name">
                <Link className="row-link" href={devicesPath(workspace, device.udid)}>
                  {nameOf(device)}
                </Link>
              </td>
              <td data-label="Model">{modelOf(device)}</td>
              <td data-label="OS">{osOf(device)}</td>
              <td data-label="Serial number">{serialOf(device)}</td>
              <td data-label="Users">{device.users.map(userNameOf).join(", ") || "None"}</td>
              <td data-label="Last seen">
                <RelativeTime at={device.lastSeen.epochMilliseconds} />
              </td>
              <td className="row-state">
                <EnrollmentStatus status={device.status} />
              </td>
            </tr>
          )
        })}
        {after > 0 ? <tr className="device-list-space" style={{ height: after }} /> : null}
      </tbody>
    </table>
  )
}
