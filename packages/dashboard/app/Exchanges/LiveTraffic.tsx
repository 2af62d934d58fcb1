/**
 * The live exchanges between devices and server, with the webhooks of each. The newest is at the bottom; the list follows it until the person
 * scrolls up.
 */

import type { Device } from "@espalier/devices/api"
import { Badge, Group, Switch, Text } from "@mantine/core"
import { useCallback, useLayoutEffect, useRef, useState } from "react"
import { nameOf } from "../Devices/Describe.ts"
import { ExchangeEntry } from "./ExchangeEntry.tsx"
import { useExchanges } from "./useExchanges.ts"
import "./LiveTraffic.css"

interface LiveTrafficProps {
  readonly workspace: string
  /** Only the exchanges of this device. */
  readonly udid?: string
  /** For the names of devices, where the exchanges of all are shown. */
  readonly devices?: ReadonlyArray<Device>
}

const connection = {
  connecting: ["Connecting…", "gray"],
  live: ["Live", "teal"],
  reconnecting: ["Reconnecting…", "yellow"],
} as const

export const LiveTraffic = ({ workspace, udid, devices = [] }: LiveTrafficProps) => {
  const { exchanges, state } = useExchanges(workspace, udid)
  const [following, setFollowing] = useState(true)
  const place = useRef<HTMLElement>(null)
  const [word, color] = connection[state]
  const newest = exchanges.at(-1)
  const names = new Map(devices.map((device) => [device.udid, nameOf(device)]))
  const stay = useCallback(() => setFollowing(false), [])

  // Before the browser reports a scroll: otherwise a new exchange would look as if the person had scrolled up.
  useLayoutEffect(() => {
    if (following && newest !== undefined) place.current?.scrollTo({ top: place.current.scrollHeight })
  }, [following, newest])

  return (
    <>
      <Group justify="space-between" mb="sm">
        <div role="status">
          <Badge color={color} variant="light" tt="none" size="lg">
            {word}
          </Badge>
        </div>
        <Switch
          label="Follow newest"
          checked={following}
          onChange={(event) => setFollowing(event.currentTarget.checked)}
        />
      </Group>
      <section
        ref={place}
        className="live-traffic"
        aria-label="Live traffic"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrollable region must be reachable by keyboard (WCAG 2.1.1).
        tabIndex={0}
        onScroll={({ currentTarget: { scrollHeight, scrollTop, clientHeight } }) => {
          if (scrollHeight - scrollTop - clientHeight > 8) stay()
        }}
      >
        {exchanges.length === 0 ? (
          <Text c="dimmed" p="md">
            No traffic yet. Exchanges appear here as they happen.
          </Text>
        ) : (
          <ol className="live-traffic-list">
            {exchanges.map((exchange) => (
              <ExchangeEntry
                key={`${exchange.at} ${exchange.id}`}
                workspace={workspace}
                exchange={exchange}
                device={udid === undefined ? (names.get(exchange.udid ?? "") ?? "") : undefined}
                onOpen={stay}
              />
            ))}
          </ol>
        )}
      </section>
    </>
  )
}
