/**
 * The live exchanges of all devices of the workspace.
 */
import { Anchor } from "@mantine/core"
import { Link } from "wouter"
import { PageHeader } from "../components/PageHeader.tsx"
import { useDevices } from "../Devices/DeviceQueries.ts"
import { devicesPath } from "../layout/Paths.ts"
import { LiveTraffic } from "./LiveTraffic.tsx"

export default function LiveTrafficPage({ workspace }: { readonly workspace: string }) {
  const { data: devices } = useDevices(workspace)
  return (
    <>
      <Anchor component={Link} href={devicesPath(workspace)}>
        ← Devices
      </Anchor>
      <PageHeader title="Live traffic" about="Exchanges between devices and the server, as they happen." />
      <LiveTraffic workspace={workspace} {...(devices === undefined ? {} : { devices })} />
    </>
  )
}
