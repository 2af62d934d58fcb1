/**
 * The list of devices. On a narrow screen each row is a card.
 */

import type { Device } from "@espalier/devices/api"
import { Link } from "wouter"
import { RelativeTime } from "../components/RelativeTime.tsx"
import { devicesPath } from "../layout/Paths.ts"
import { modelOf, nameOf, osOf, serialOf, userNameOf } from "./Describe.ts"
import { EnrollmentStatus } from "./EnrollmentStatus.tsx"
import "../components/RowTable.css"
import "./DeviceList.css"

interface DeviceListProps {
  readonly workspace: string
  readonly devices: ReadonlyArray<Device>
}

export const DeviceList = ({ workspace, devices }: DeviceListProps) => (
  <table className="row-table device-list" aria-label="Devices">
    <thead>
      <tr>
        <th scope="col">Name</th>
        <th scope="col">Model</th>
        <th scope="col">OS</th>
        <th scope="col">Serial number</th>
        <th scope="col">Users</th>
        <th scope="col">Last seen</th>
        <th scope="col">Status</th>
      </tr>
    </thead>
    <tbody>
      {devices.map((device) => (
        <tr key={device.udid}>
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
      ))}
    </tbody>
  </table>
)
