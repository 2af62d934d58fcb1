/**
 * The devices that this workspace manages.
 */
import { Button } from "@mantine/core"
import IconActivity from "@tabler/icons-react/dist/esm/icons/IconActivity.mjs"
import IconDevices from "@tabler/icons-react/dist/esm/icons/IconDevices.mjs"
import { Link } from "wouter"
import { commonSentence } from "../Api/CommonFailure.ts"
import { EmptyState } from "../parts/EmptyState.tsx"
import { Failure } from "../parts/Failure.tsx"
import { Loading } from "../parts/Loading.tsx"
import { PageHeader } from "../parts/PageHeader.tsx"
import { trafficPath } from "../shell/Paths.ts"
import { useDevices } from "./DeviceCalls.ts"
import { DeviceList } from "./DeviceList.tsx"

export default function DevicesPage({ workspace }: { readonly workspace: string }) {
  const { data: devices, error, refetch } = useDevices(workspace)
  const list = () => {
    if (devices === undefined) {
      return error === null ? <Loading /> : <Failure sentence={commonSentence(error)} onRetry={() => refetch()} />
    }
    return devices.length === 0 ? (
      <EmptyState icon={<IconDevices size={26} />} title="No devices yet">
        A device is here as soon as it enrolls: open an enrollment link on it and install the profile.
      </EmptyState>
    ) : (
      <DeviceList workspace={workspace} devices={devices} />
    )
  }
  return (
    <>
      <PageHeader title="Devices" about="What is managed here, and what was.">
        <Button
          component={Link}
          href={trafficPath(workspace)}
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
