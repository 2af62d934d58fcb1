/**
 * The live exchanges of all devices of the workspace.
 */
import { Anchor } from "@mantine/core"
import { Link } from "wouter"
import { PageHeader } from "../components/PageHeader.tsx"
import { useRecentDevices } from "../Devices/DeviceQueries.ts"
import { devicesPath, liveTrafficPath } from "../layout/Paths.ts"
import { LiveTraffic } from "./LiveTraffic.tsx"

interface LiveTrafficPageProps {
  readonly workspace: string
  /** The id of the selected exchange. */
  readonly selected: string | undefined
}

export default function LiveTrafficPage({ workspace, selected }: LiveTrafficPageProps) {
  const { data: devices = [] } = useRecentDevices(workspace)
  return (
    <>
      <Anchor component={Link} href={devicesPath(workspace)}>
        ← Devices
      </Anchor>
      <PageHeader title="Live traffic" about="Exchanges between devices and the server, as they happen." />
      <LiveTraffic
        workspace={workspace}
        devices={devices}
        selected={selected}
        pathOf={(exchange) => liveTrafficPath(workspace, exchange)}
      />
    </>
  )
}
