/**
 * The conversation of devices with their server, as it happens: a stream that goes on by itself when it was cut.
 */

import { Exchange } from "@espalier/schema"
import { useQueryClient } from "@tanstack/react-query"
import { Result, Schema } from "effect"
import { useEffect, useState } from "react"
import { sessionKey } from "../Api/QueryClient.ts"
import { devicesUrl } from "./DevicesUrl.ts"

export interface Trace {
  readonly exchanges: ReadonlyArray<Exchange>
  readonly state: "connecting" | "live" | "reconnecting"
}

const decode = Schema.decodeUnknownResult(Schema.fromJsonString(Exchange))

/** How many are kept on the page, and after how many milliseconds a stream that was refused is asked for again. */
const kept = 500
const again = 3000

/** An identifier may come again in another life of the server. */
const isSame = (one: Exchange, other: Exchange) => one.id === other.id && one.at === other.at

const added = (exchanges: ReadonlyArray<Exchange>, exchange: Exchange): ReadonlyArray<Exchange> =>
  exchanges.some((one) => isSame(one, exchange)) ? exchanges : [...exchanges, exchange].slice(-kept)

export const useTrace = (workspace: string, udid: string | undefined): Trace => {
  const [exchanges, setExchanges] = useState<ReadonlyArray<Exchange>>([])
  const [state, setState] = useState<Trace["state"]>("connecting")
  const client = useQueryClient()

  useEffect(() => {
    let source: EventSource | undefined
    let timer: ReturnType<typeof setTimeout> | undefined
    const open = () => {
      source = new EventSource(devicesUrl.trace(workspace, udid), { withCredentials: true })
      source.onopen = () => setState("live")
      source.onmessage = ({ data }) => {
        const exchange = decode(data)
        if (Result.isSuccess(exchange)) setExchanges((before) => added(before, exchange.success))
      }
      source.onerror = () => {
        setState("reconnecting")
        if (source?.readyState !== EventSource.CLOSED) return
        // The browser gives up when it was answered something else, such as a 401: the session's query finds that out.
        void client.refetchQueries({ queryKey: sessionKey })
        timer = setTimeout(open, again)
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
