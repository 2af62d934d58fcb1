/**
 * The deliveries, newest first. Only visible rows are in the document, and they stay in place when newer ones arrive.
 */
import type { Delivery } from "@espalier/notifications/api"
import type { Integration } from "@espalier/schema"
import { Button } from "@mantine/core"
import { useMediaQuery } from "@mantine/hooks"
import { useWindowVirtualizer } from "@tanstack/react-virtual"
import { type RefObject, useEffect, useLayoutEffect, useRef, useState } from "react"
import { Failure } from "../components/Failure.tsx"
import { DeliveryRow } from "./DeliveryRow.tsx"
import type { Viewport } from "./useDeliveryLog.ts"
import "./DeliveryList.css"

interface DeliveryListProps {
  readonly deliveries: ReadonlyArray<Delivery>
  readonly hasMore: boolean
  readonly isBehind: boolean
  /** Why the next page could not be loaded. */
  readonly problem: string | undefined
  readonly onMore: () => void
  readonly viewport: RefObject<Viewport>
  readonly integrationOf: (id: string) => Integration | undefined
  readonly hrefOf: (id: number) => string
}

/** How many rows before the end the next page is loaded. */
const ahead = 25

const deliveryCount = (count: number) => (count === 1 ? "1 delivery" : `${count.toLocaleString()} deliveries`)

export const DeliveryList = ({
  deliveries,
  hasMore,
  isBehind,
  problem,
  onMore,
  viewport,
  integrationOf,
  hrefOf,
}: DeliveryListProps) => {
  const list = useRef<HTMLUListElement>(null)
  const rowHeight = useMediaQuery("(max-width: 48em)") ? 76 : 52
  const [margin, setMargin] = useState(0)
  const virtualizer = useWindowVirtualizer({
    count: deliveries.length,
    estimateSize: () => rowHeight,
    getItemKey: (index) => deliveries[index]?.id ?? index,
    overscan: 8,
    scrollMargin: margin,
  })
  const rows = virtualizer.getVirtualItems()
  const offset = virtualizer.scrollOffset ?? 0
  const atTop = offset <= margin
  const first = deliveries[Math.max(0, Math.floor((offset - margin) / rowHeight))]
  const last = rows.at(-1)?.index ?? 0

  useLayoutEffect(() => setMargin(list.current?.offsetTop ?? 0))
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new row height needs a new measurement.
  useEffect(() => virtualizer.measure(), [virtualizer, rowHeight])
  useEffect(() => {
    viewport.current = { atTop, from: first?.createdAt }
  })
  useEffect(() => {
    if (hasMore && problem === undefined && last >= deliveries.length - ahead) onMore()
  }, [hasMore, problem, last, deliveries.length, onMore])

  const newest = useRef(deliveries[0]?.id)
  useLayoutEffect(() => {
    const added = deliveries.findIndex(({ id }) => id === newest.current)
    newest.current = deliveries[0]?.id
    if (added > 0 && window.scrollY > (list.current?.offsetTop ?? 0)) window.scrollBy(0, added * rowHeight)
  }, [deliveries, rowHeight])

  return (
    <>
      <ul ref={list} className="delivery-list" aria-label="Deliveries" style={{ height: virtualizer.getTotalSize() }}>
        {rows.map(({ index, key, start }) => {
          const delivery = deliveries[index]
          return delivery === undefined ? null : (
            <li
              key={key}
              aria-posinset={index + 1}
              aria-setsize={hasMore ? -1 : deliveries.length}
              style={{ height: rowHeight, transform: `translateY(${start - margin}px)` }}
            >
              <DeliveryRow
                delivery={delivery}
                integration={integrationOf(delivery.integration)}
                href={hrefOf(delivery.id)}
              />
            </li>
          )
        })}
      </ul>
      {problem === undefined ? (
        <p className="delivery-list-end">{hasMore ? "Loading more…" : deliveryCount(deliveries.length)}</p>
      ) : (
        <Failure message={problem} onRetry={onMore} />
      )}
      {atTop ? null : (
        <Button className="delivery-list-top" size="xs" onClick={() => window.scrollTo({ top: 0 })}>
          {isBehind ? "New deliveries: go to newest" : "Go to newest"}
        </Button>
      )}
    </>
  )
}
