/**
 * A list of deliveries that stays up to date: its newest part and the visible part are refetched regularly, the rest when it is scrolled to.
 */

import type { DeliveryPage } from "@espalier/notifications/api"
import { useQueryClient } from "@tanstack/react-query"
import { Effect } from "effect"
import { useMemo, useRef } from "react"
import { notifications } from "../Api/Clients.ts"
import { useEffectQuery } from "../Api/EffectQuery.ts"
import { type DeliveryLog, extended, refreshed } from "./DeliveryLog.ts"
import { type Filter, filterOf, queryOf, searchOf } from "./Filter.ts"

/** The visible part: whether it is the start of the list, and when its first delivery was created. */
export interface Viewport {
  readonly atTop: boolean
  readonly from: number | undefined
}

const pageSize = 100

export const useDeliveryLog = (workspace: string, filter: Filter) => {
  const client = useQueryClient()
  const search = searchOf(filter)
  const query = useMemo(() => queryOf(filterOf(search)), [search])
  const key = ["deliveries", workspace, search] as const
  const viewport = useRef<Viewport>({ atTop: true, from: undefined })

  const list = (more: { readonly cursor?: string; readonly until?: number }) =>
    notifications.deliveries.list({ params: { workspace }, query: { ...query, limit: pageSize, ...more } })
  const known = () => client.getQueryData<DeliveryLog>(key)
  const keep = (log: DeliveryLog) => client.setQueryData<DeliveryLog>(key, log)

  const log = useEffectQuery<DeliveryPage, Effect.Error<ReturnType<typeof list>>>(key, list({}), {
    staleTime: Number.POSITIVE_INFINITY,
  })

  /** Returns whether more deliveries are new than can be added without a gap; they are shown after scrolling to the top. */
  const follow = Effect.gen(function* () {
    const newest = yield* list({})
    const before = known()
    if (before === undefined) return false
    const fitting = refreshed(before, newest) ?? (viewport.current.atTop ? newest : undefined)
    if (fitting !== undefined) keep(fitting)
    const { atTop, from } = viewport.current
    if (atTop || from === undefined) return fitting === undefined
    const part = yield* list({ until: Math.min(from + 1, filter.until ?? Number.POSITIVE_INFINITY) })
    const now = known()
    const merged = now === undefined ? undefined : refreshed(now, part)
    if (merged !== undefined) keep(merged)
    return fitting === undefined
  })
  const live = useEffectQuery(["deliveries-live", workspace, search], follow, {
    refetchInterval: 3000,
    enabled: log.data !== undefined,
  })

  const extend = Effect.gen(function* () {
    const { next } = known() ?? {}
    if (next === undefined) return
    const page = yield* list({ cursor: next })
    const now = known()
    if (now?.next === next) keep(extended(now, page))
  })
  const more = useEffectQuery([...key, "more"], extend, { enabled: false, gcTime: 0 })

  return { log, viewport, more, isBehind: live.data ?? false }
}
