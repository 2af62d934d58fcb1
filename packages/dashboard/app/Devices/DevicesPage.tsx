/**
 * The devices of the workspace.
 */
import { Button, Group, TextInput } from "@mantine/core"
import IconActivity from "@tabler/icons-react/dist/esm/icons/IconActivity.mjs"
import IconDevices from "@tabler/icons-react/dist/esm/icons/IconDevices.mjs"
import { lazy, Suspense, useCallback, useMemo, useState } from "react"
import { Link, useLocation, useSearch } from "wouter"
import { commonErrorMessage } from "../Api/CommonError.ts"
import { EmptyState } from "../components/EmptyState.tsx"
import { Failure } from "../components/Failure.tsx"
import { Loading } from "../components/Loading.tsx"
import { PageHeader } from "../components/PageHeader.tsx"
import { configuration } from "../layout/Configuration.ts"
import { devicesPath, liveTrafficPath } from "../layout/Paths.ts"
import { DeviceList } from "./DeviceList.tsx"
import { type DeviceListQuery, listQueryOf, searchOf } from "./DeviceListQuery.ts"
import { useDevices } from "./DeviceQueries.ts"

const EnrollDialog = lazy(() => import("./EnrollDialog.tsx"))

export default function DevicesPage({ workspace }: { readonly workspace: string }) {
  const search = useSearch()
  const query = useMemo(() => listQueryOf(search), [search])
  const [, navigate] = useLocation()
  const [enrolling, setEnrolling] = useState(false)
  const { data, error, refetch, fetchNextPage, hasNextPage, isFetching } = useDevices(workspace, query)
  const devices = useMemo(() => data?.pages.flatMap((page) => page.devices) ?? [], [data])
  const total = data?.pages[0]?.total ?? 0
  const onMore = useCallback(() => {
    if (hasNextPage && !isFetching) void fetchNextPage()
  }, [hasNextPage, isFetching, fetchNextPage])
  const show = (changed: DeviceListQuery) => {
    const text = searchOf(changed)
    navigate(`${devicesPath(workspace)}${text === "" ? "" : `?${text}`}`, { replace: true })
  }

  const list = () => {
    if (data === undefined) {
      return error === null ? (
        <Loading />
      ) : (
        <Failure
          message={
            error._tag === "InvalidDeviceCursor" ? "The list has changed. Reload the page." : commonErrorMessage(error)
          }
          onRetry={() => refetch()}
        />
      )
    }
    if (total > 0) {
      return (
        <DeviceList workspace={workspace} devices={devices} total={total} query={query} onSort={show} onMore={onMore} />
      )
    }
    return query.search === undefined ? (
      <EmptyState icon={<IconDevices size={26} />} title="No devices yet">
        Open an enrollment link on a device and install the profile. The device appears here when it enrolls.
      </EmptyState>
    ) : (
      <EmptyState icon={<IconDevices size={26} />} title="No devices match">
        Search for a name, model, serial number, UDID or user.
      </EmptyState>
    )
  }

  return (
    <>
      <PageHeader title="Devices" about="Enrolled devices, and devices that have left.">
        <Group gap="sm">
          <Button
            component={Link}
            href={liveTrafficPath(workspace)}
            variant="default"
            leftSection={<IconActivity size={16} aria-hidden />}
          >
            Live traffic
          </Button>
          {configuration.enrollment ? <Button onClick={() => setEnrolling(true)}>Enroll</Button> : null}
        </Group>
      </PageHeader>
      <search className="device-toolbar">
        <TextInput
          className="device-search"
          type="search"
          aria-label="Search devices"
          placeholder="Search name, model, serial number, UDID, user"
          value={query.search ?? ""}
          onChange={({ currentTarget: { value } }) => {
            const { search: _, ...rest } = query
            show(value === "" ? rest : { ...rest, search: value })
          }}
        />
        <p role="status">{total === 1 ? "1 device" : `${total.toLocaleString()} devices`}</p>
      </search>
      {list()}
      {enrolling ? (
        <Suspense>
          <EnrollDialog workspace={workspace} onClose={() => setEnrolling(false)} />
        </Suspense>
      ) : null}
    </>
  )
}
