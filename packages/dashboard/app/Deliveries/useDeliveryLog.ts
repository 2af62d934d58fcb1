/**
 * A list of deliveries that is always up to date where one looks: its newest part and the part on the screen are asked for again and again, the
 * rest when one comes there.
 */

import type { DeliveryPage } from "@espalier/notifications/api"
import { useQueryClient } from "@tanstack/react-query"
import { Effect } from "effect"
import { useMemo, useRef } from "react"
import { useCall } from "../Api/Calls.ts"
import { notifications } from "../Api/Clients.ts"
import { type DeliveryLog, extended, refreshed } from "./DeliveryLog.ts"
import { type Filter, filterOf, queryOf, searchOf } from "./Filter.ts"

/** What one looks at: whether that is the beginning, and when the first delivery on the screen was made. */
export interface Look {
  readonly atTop: boolean
  readonly from: number | undefined
}

const pageSize = 100

export const useDeliveryLog = (workspace: string, filter: Filter) => {
  const client = useQueryClient()
  const search = searchOf(filter)
  const query = useMemo(() => queryOf(filterOf(search)), [search])
  const key = ["deliveries", workspace, search] as const
  const look = useRef<Look>({ atTop: true, from: undefined })

  const list = (more: { readonly cursor?: string; readonly until?: number }) =>
    notifications.deliveries.list({ params: { workspace }, query: { ...query, limit: pageSize, ...more } })
  const known = () => client.getQueryData<DeliveryLog>(key)
  const keep = (log: DeliveryLog) => client.setQueryData<DeliveryLog>(key, log)

  const log = useCall<DeliveryPage, Effect.Error<ReturnType<typeof list>>>(key, list({}), {
    staleTime: Number.POSITIVE_INFINITY,
  })

  /** Says whether there is more that is new than fits to what is known; it is shown when one comes back to the beginning. */
  const follow = Effect.gen(function* () {
    const newest = yield* list({})
    const before = known()
    if (before === undefined) return false
    const fitting = refreshed(before, newest) ?? (look.current.atTop ? newest : undefined)
    if (fitting !== undefined) keep(fitting)
    const { atTop, from } = look.current
    if (atTop || from === undefined) return fitting === undefined
    const part = yield* list({ until: Math.min(from + 1, filter.until ?? Number.POSITIVE_INFINITY) })
    const now = known()
    const merged = now === undefined ? undefined : refreshed(now, part)
    if (merged !== undefined) keep(merged)
    return fitting === undefined
  })
  const live = useCall(["deliveries-live", workspace, search], follow, {
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
  const more = useCall([...key, "more"], extend, { enabled: false, gcTime: 0 })

  return { log, look, more, isBehind: live.data ?? false }
}
