/**
 * The live exchanges of devices: a stream that reconnects automatically.
 */

import { Exchange } from "@espalier/schema"
import { useQueryClient } from "@tanstack/react-query"
import { Result, Schema } from "effect"
import { useEffect, useState } from "react"
import { sessionKey } from "../Api/QueryClient.ts"
import { exchangesUrl } from "../Devices/DevicesClient.ts"

export interface Exchanges {
  readonly exchanges: ReadonlyArray<Exchange>
  readonly state: "connecting" | "live" | "reconnecting"
}

const decode = Schema.decodeUnknownResult(Schema.fromJsonString(Exchange))

/** How many exchanges the page keeps, and the delay in milliseconds before a rejected stream is requested again. */
const kept = 500
const reconnectDelay = 3000

/** Ids may repeat after a restart of the server. */
const isSame = (one: Exchange, other: Exchange) => one.id === other.id && one.at === other.at

const added = (exchanges: ReadonlyArray<Exchange>, exchange: Exchange): ReadonlyArray<Exchange> =>
  exchanges.some((one) => isSame(one, exchange)) ? exchanges : [...exchanges, exchange].slice(-kept)

export const useExchanges = (workspace: string, udid: string | undefined): Exchanges => {
  const [exchanges, setExchanges] = useState<ReadonlyArray<Exchange>>([])
  const [state, setState] = useState<Exchanges["state"]>("connecting")
  const client = useQueryClient()

  useEffect(() => {
    let source: EventSource | undefined
    let timer: ReturnType<typeof setTimeout> | undefined
    const open = () => {
      source = new EventSource(exchangesUrl(workspace, udid), { withCredentials: true })
      source.onopen = () => setState("live")
      source.onmessage = ({ data }) => {
        const exchange = decode(data)
        if (Result.isSuccess(exchange)) setExchanges((before) => added(before, exchange.success))
      }
      source.onerror = () => {
        setState("reconnecting")
        if (source?.readyState !== EventSource.CLOSED) return
        // The browser gives up after an error status, such as 401: the session's query finds out why.
        void client.refetchQueries({ queryKey: sessionKey })
        timer = setTimeout(open, reconnectDelay)
      }
    }
    open()
    return () => {
      clearTimeout(timer)
      source?.close()
    }
  }, [workspace, udid, client])

  return { exchanges, state }
}
