/**
 * The handlers of the exchange API.
 */
import type { Exchange } from "@espalier/schema"
import { Effect, Stream } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import { DevicesApi } from "../Api/DevicesApi.ts"
import { ExchangeLog } from "./ExchangeLog.ts"
import type { ExchangeEvent } from "./ExchangesApiGroup.ts"

/** The longest silence of a stream: proxies close connections that seem dead. */
const heartbeatInterval = "15 seconds"

const heartbeat: ExchangeEvent = { event: "heartbeat", data: "" }

/** The first event is a heartbeat, so that the response's head is sent and a browser knows that it is connected. */
const events = (exchanges: Stream.Stream<Exchange>): Stream.Stream<ExchangeEvent> =>
  Stream.map(exchanges, (exchange): ExchangeEvent => ({ event: "message", id: exchange.id, data: exchange })).pipe(
    Stream.merge(
      Stream.map(Stream.tick(heartbeatInterval), () => heartbeat),
      { haltStrategy: "left" },
    ),
  )

/**
 * @category layers
 * @since 0.1.0
 */
export const layer = HttpApiBuilder.group(DevicesApi, "exchanges", (handlers) =>
  Effect.map(ExchangeLog, (log) =>
    handlers.handle("stream", ({ query: { udid }, headers }) =>
      Effect.succeed(events(log.stream({ udid, after: headers["last-event-id"] }))),
    ),
  ),
)
