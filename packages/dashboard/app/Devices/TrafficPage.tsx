/**
 * The conversation of all devices of the workspace, as it happens.
 */
import { Anchor } from "@mantine/core"
import { Link } from "wouter"
import { PageHeader } from "../parts/PageHeader.tsx"
import { devicesPath } from "../shell/Paths.ts"
import { useDevices } from "./DeviceCalls.ts"
import { Trace } from "./Trace.tsx"

export default function TrafficPage({ workspace }: { readonly workspace: string }) {
  const { data: devices } = useDevices(workspace)
  return (
    <>
      <Anchor component={Link} href={devicesPath(workspace)}>
        ← Devices
      </Anchor>
      <PageHeader title="Live traffic" about="What all devices say, and what they are answered." />
      <Trace workspace={workspace} {...(devices === undefined ? {} : { devices })} />
    </>
  )
}
