/**
 * One device: information, commands, declarations and live exchanges.
 */
import { Anchor, Group, Title } from "@mantine/core"
import type { ReactNode } from "react"
import { Link } from "wouter"
import { commonErrorMessage } from "../Api/CommonError.ts"
import { Failure } from "../components/Failure.tsx"
import { Loading } from "../components/Loading.tsx"
import { LiveTraffic } from "../Exchanges/LiveTraffic.tsx"
import { DocumentTitle } from "../layout/DocumentTitle.tsx"
import { devicesPath } from "../layout/Paths.ts"
import { Commands } from "./Commands.tsx"
import { Declarations } from "./Declarations.tsx"
import { nameOf } from "./Describe.ts"
import { deviceErrorMessage } from "./DeviceErrorMessage.ts"
import { useDevice } from "./DeviceQueries.ts"
import { EnrollmentStatus } from "./EnrollmentStatus.tsx"
import { Overview } from "./Overview.tsx"
import "./DevicePage.css"

interface DevicePageProps {
  readonly workspace: string
  readonly udid: string
  readonly tab: string | undefined
  /** The id of the selected exchange. */
  readonly exchange: string | undefined
}

const tabs = [
  { tab: undefined, label: "Overview" },
  { tab: "commands", label: "Commands" },
  { tab: "declarations", label: "Declarations" },
  { tab: "live", label: "Live traffic" },
] as const

export default function DevicePage({ workspace, udid, tab, exchange }: DevicePageProps) {
  const { data: device, error, refetch } = useDevice(workspace, udid)
  if (device === undefined) {
    if (error === null) return <Loading />
    return error._tag === "DeviceNotFound" ? (
      <Failure message={deviceErrorMessage(error)} />
    ) : (
      <Failure message={commonErrorMessage(error)} onRetry={() => refetch()} />
    )
  }
  const content = (): ReactNode => {
    switch (tab) {
      case "commands":
        return <Commands workspace={workspace} device={device} />
      case "declarations":
        return <Declarations workspace={workspace} device={device} />
      case "live":
        return (
          <LiveTraffic
            workspace={workspace}
            udid={udid}
            devices={[device]}
            selected={exchange}
            pathOf={(id) => devicesPath(workspace, udid, "live", id)}
          />
        )
      default:
        return <Overview device={device} />
    }
  }
  return (
    <>
      <DocumentTitle title={nameOf(device)} />
      <Anchor component={Link} href={devicesPath(workspace)}>
        ← Devices
      </Anchor>
      <Group gap="sm" mt={4} mb="md">
        <Title order={1} size="h2">
          {nameOf(device)}
        </Title>
        <EnrollmentStatus status={device.status} />
      </Group>
      <nav className="device-tabs" aria-label="Device">
        {tabs.map(({ tab: name, label }) => (
          <Link key={label} href={devicesPath(workspace, udid, name)} aria-current={tab === name ? "page" : undefined}>
            {label}
          </Link>
        ))}
      </nav>
      {content()}
    </>
  )
}
