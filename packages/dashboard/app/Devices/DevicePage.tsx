/**
 * One device: what it is, its commands, its declarations, and its conversation as it happens.
 */
import { Anchor, Group, Title } from "@mantine/core"
import type { ReactNode } from "react"
import { Link } from "wouter"
import { commonSentence } from "../Api/CommonFailure.ts"
import { Failure } from "../parts/Failure.tsx"
import { Loading } from "../parts/Loading.tsx"
import { devicesPath } from "../shell/Paths.ts"
import { Commands } from "./Commands.tsx"
import { Declarations } from "./Declarations.tsx"
import { nameOf } from "./Describe.ts"
import { deviceCallSentence } from "./DeviceCallSentence.ts"
import { useDevice } from "./DeviceCalls.ts"
import { EnrollmentStatus } from "./EnrollmentStatus.tsx"
import { Overview } from "./Overview.tsx"
import { Trace } from "./Trace.tsx"
import "./DevicePage.css"

interface DevicePageProps {
  readonly workspace: string
  readonly udid: string
  readonly tab: string | undefined
}

const tabs = [
  { tab: undefined, label: "Overview" },
  { tab: "commands", label: "Commands" },
  { tab: "declarations", label: "Declarations" },
  { tab: "live", label: "Live" },
] as const

export default function DevicePage({ workspace, udid, tab }: DevicePageProps) {
  const { data: device, error, refetch } = useDevice(workspace, udid)
  if (device === undefined) {
    if (error === null) return <Loading />
    return error._tag === "DeviceUnknown" ? (
      <Failure sentence={deviceCallSentence(error)} />
    ) : (
      <Failure sentence={commonSentence(error)} onRetry={() => refetch()} />
    )
  }
  const content = (): ReactNode => {
    switch (tab) {
      case "commands":
        return <Commands workspace={workspace} device={device} />
      case "declarations":
        return <Declarations workspace={workspace} device={device} />
      case "live":
        return <Trace workspace={workspace} udid={udid} />
      default:
        return <Overview device={device} />
    }
  }
  return (
    <>
      <title>{nameOf(device)}</title>
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
