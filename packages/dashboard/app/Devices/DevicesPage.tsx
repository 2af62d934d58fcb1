/**
 * The devices of the workspace.
 */
import { Button } from "@mantine/core"
import IconActivity from "@tabler/icons-react/dist/esm/icons/IconActivity.mjs"
import IconDevices from "@tabler/icons-react/dist/esm/icons/IconDevices.mjs"
import { Link } from "wouter"
import { commonErrorMessage } from "../Api/CommonError.ts"
import { EmptyState } from "../components/EmptyState.tsx"
import { Failure } from "../components/Failure.tsx"
import { Loading } from "../components/Loading.tsx"
import { PageHeader } from "../components/PageHeader.tsx"
import { liveTrafficPath } from "../layout/Paths.ts"
import { DeviceList } from "./DeviceList.tsx"
import { useDevices } from "./DeviceQueries.ts"

export default function DevicesPage({ workspace }: { readonly workspace: string }) {
  const { data: devices, error, refetch } = useDevices(workspace)
  const list = () => {
    if (devices === undefined) {
      return error === null ? <Loading /> : <Failure message={commonErrorMessage(error)} onRetry={() => refetch()} />
    }
    return devices.length === 0 ? (
      <EmptyState icon={<IconDevices size={26} />} title="No devices yet">
        Open an enrollment link on a device and install the profile. The device appears here when it enrolls.
      </EmptyState>
    ) : (
      <DeviceList workspace={workspace} devices={devices} />
    )
  }
  return (
    <>
      <PageHeader title="Devices" about="Enrolled devices, and devices that have left.">
        <Button
          component={Link}
          href={liveTrafficPath(workspace)}
          variant="default"
          leftSection={<IconActivity size={16} aria-hidden />}
        >
          Live traffic
        </Button>
      </PageHeader>
      {list()}
    </>
  )
}
