/**
 * What devices say, what the backend is asked because of it, and what they are answered, as it happens. The newest is at the bottom, where
 * one stays as long as one does not scroll away.
 */
import { Badge, Group, Switch, Text } from "@mantine/core"
import { useCallback, useLayoutEffect, useRef, useState } from "react"
import type { Device } from "../../src/Devices/index.ts"
import { nameOf } from "./Describe.ts"
import { ExchangeEntry } from "./ExchangeEntry.tsx"
import { useTrace } from "./useTrace.ts"
import "./Trace.css"

interface TraceProps {
  readonly workspace: string
  /** Of one device; else of all. */
  readonly udid?: string
  /** Those whose names are known, where it is of all. */
  readonly devices?: ReadonlyArray<Device>
}

const connection = {
  connecting: ["Connecting…", "gray"],
  live: ["Live", "teal"],
  reconnecting: ["Reconnecting…", "yellow"],
} as const

export const Trace = ({ workspace, udid, devices = [] }: TraceProps) => {
  const { exchanges, state } = useTrace(workspace, udid)
  const [following, setFollowing] = useState(true)
  const place = useRef<HTMLElement>(null)
  const [word, color] = connection[state]
  const newest = exchanges.at(-1)
  const names = new Map(devices.map((device) => [device.udid, nameOf(device)]))
  const stay = useCallback(() => setFollowing(false), [])

  // Before the browser tells of any scrolling: else what has just come would look like having been scrolled away from.
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
          label="Follow the newest"
          checked={following}
          onChange={(event) => setFollowing(event.currentTarget.checked)}
        />
      </Group>
      <section
        ref={place}
        className="trace"
        aria-label="Live traffic"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard (WCAG 2.1.1).
        tabIndex={0}
        onScroll={({ currentTarget: { scrollHeight, scrollTop, clientHeight } }) => {
          if (scrollHeight - scrollTop - clientHeight > 8) stay()
        }}
      >
        {exchanges.length === 0 ? (
          <Text c="dimmed" p="md">
            Nothing said yet. It appears here as it happens.
          </Text>
        ) : (
          <ol className="trace-list">
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
