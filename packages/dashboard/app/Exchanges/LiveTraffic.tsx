/**
 * The live exchanges between devices and server, one row a connection, with the selected one beside the list. The newest is at the bottom; the list
 * follows it until the person scrolls up.
 */
import type { Device } from "@espalier/devices/api"
import { Badge, Group, Switch, Text } from "@mantine/core"
import { useMediaQuery } from "@mantine/hooks"
import { useCallback, useLayoutEffect, useMemo, useRef, useState } from "react"
import { useLocation, useSearch } from "wouter"
import { SidePanel } from "../components/SidePanel.tsx"
import { nameOf } from "../Devices/Describe.ts"
import { filterOf, matches, searchOf } from "./ExchangeFilter.ts"
import { ExchangeFilters } from "./ExchangeFilters.tsx"
import { ExchangeGroupPanel } from "./ExchangeGroupPanel.tsx"
import { ExchangeGroupRow } from "./ExchangeGroupRow.tsx"
import { groupsOf } from "./ExchangeGroups.ts"
import { useExchanges } from "./useExchanges.ts"
import "./LiveTraffic.css"

interface LiveTrafficProps {
  readonly workspace: string
  /** Only the exchanges of this device. */
  readonly udid?: string
  /** The devices whose names and origins are known. */
  readonly devices: ReadonlyArray<Device>
  /** The id of the selected exchange. */
  readonly selected: string | undefined
  readonly pathOf: (exchange?: string) => string
}

const connection = {
  connecting: ["Connecting…", "gray"],
  live: ["Live", "teal"],
  reconnecting: ["Reconnecting…", "yellow"],
} as const

export const LiveTraffic = ({ workspace, udid, devices, selected, pathOf }: LiveTrafficProps) => {
  const { exchanges, state } = useExchanges(workspace, udid)
  const [following, setFollowing] = useState(selected === undefined)
  const list = useRef<HTMLElement>(null)
  const narrow = useMediaQuery("(max-width: 64em)")
  const search = useSearch()
  const [, navigate] = useLocation()
  const filter = useMemo(() => filterOf(search), [search])
  const [word, color] = connection[state]
  const newest = exchanges.at(-1)
  const known = new Map(devices.map((device) => [device.udid, device]))
  const groups = useMemo(() => groupsOf(exchanges), [exchanges])
  const shown = groups.filter(matches(filter))
  const opened = groups.find(({ summaries }) => summaries.some(({ exchange }) => exchange.id === selected))
  const stay = useCallback(() => setFollowing(false), [])
  const hrefOf = (exchange?: string) => `${pathOf(exchange)}${search === "" ? "" : `?${search}`}`
  const deviceOf = (of: string | undefined) => known.get(of ?? "")

  // Before the browser reports a scroll: otherwise a new exchange would look as if the person had scrolled up.
  useLayoutEffect(() => {
    if (following && newest !== undefined) list.current?.scrollTo({ top: list.current.scrollHeight })
  }, [following, newest])

  const detail = () => {
    if (selected === undefined) return <Text c="dimmed">Select an exchange to see its messages and webhooks.</Text>
    if (opened === undefined) return <Text c="dimmed">This exchange is not among those that are kept.</Text>
    const device = deviceOf(opened.first.udid)
    return (
      <ExchangeGroupPanel
        key={selected}
        workspace={workspace}
        group={opened}
        selected={selected}
        device={device === undefined ? undefined : nameOf(device)}
        serverOrigin={device?.mdmOrigin ?? "https://mdm.example.com"}
        hrefOf={hrefOf}
      />
    )
  }

  return (
    <>
      <Group justify="space-between" mb="sm" gap="sm">
        <div role="status">
          <Badge color={color} variant="light" tt="none" size="lg">
            {word}
          </Badge>
        </div>
        <ExchangeFilters
          filter={filter}
          devices={udid === undefined ? devices : undefined}
          onChange={(changed) => {
            const query = searchOf(changed)
            navigate(`${pathOf(selected)}${query === "" ? "" : `?${query}`}`, { replace: true })
          }}
        />
        <Switch
          label="Follow newest"
          checked={following}
          onChange={(event) => setFollowing(event.currentTarget.checked)}
        />
      </Group>
      <div className="live-traffic">
        <section
          ref={list}
          className="live-traffic-list"
          aria-label="Live traffic"
          // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrollable region must be reachable by keyboard (WCAG 2.1.1).
          tabIndex={0}
          onScroll={({ currentTarget: { scrollHeight, scrollTop, clientHeight } }) => {
            if (scrollHeight - scrollTop - clientHeight > 8) stay()
          }}
        >
          {shown.length === 0 ? (
            <Text c="dimmed" p="md">
              {exchanges.length === 0
                ? "No traffic yet. Exchanges appear here as they happen."
                : "No traffic matches the filters."}
            </Text>
          ) : (
            <ol>
              {shown.map((group) => {
                const device = deviceOf(group.first.udid)
                const target = group.summaries.find(({ failed }) => failed)?.exchange ?? group.first
                return (
                  <li key={group.key}>
                    <ExchangeGroupRow
                      group={group}
                      href={hrefOf(target.id)}
                      selected={group === opened}
                      device={udid === undefined ? (device === undefined ? "" : nameOf(device)) : undefined}
                      onSelect={stay}
                    />
                  </li>
                )
              })}
            </ol>
          )}
        </section>
        {narrow ? (
          <SidePanel
            opened={selected !== undefined}
            title="Exchange"
            onClose={() => navigate(hrefOf(), { replace: true })}
          >
            {detail()}
          </SidePanel>
        ) : (
          // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrollable region must be reachable by keyboard (WCAG 2.1.1).
          <section className="live-traffic-detail" aria-label="Exchange" tabIndex={0}>
            {detail()}
          </section>
        )}
      </div>
    </>
  )
}
