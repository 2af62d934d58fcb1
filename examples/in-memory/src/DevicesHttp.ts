/**
 * The Devices API over the product's own services: what the dashboard's pages of devices ask, and scripts of customers.
 */
import { type Channel, DevicesApi, DeviceUnknown, type TraceEvent } from "@espalier/dashboard/devices-api"
import type { Exchange, UnknownDevice } from "@espalier/schema"
import { ByteSize, Effect, Layer, Stream } from "effect"
import { HttpIncomingMessage, HttpRouter, HttpServerResponse } from "effect/http"
import { HttpApiBuilder, HttpApiMiddleware, HttpApiScalar } from "effect/http-api"
import { Assets } from "./Assets.ts"
import { ofUser } from "./Channel.ts"
import { Commands } from "./Commands.ts"
import * as Declaration from "./Declaration.ts"
import { Declarations } from "./Declarations.ts"
import { Devices } from "./Devices.ts"
import { Traffic } from "./Traffic.ts"
import { Wake } from "./Wake.ts"

/** What the webhooks call `UnknownDevice` is a 404 here. */
const known = <A, R>(self: Effect.Effect<A, UnknownDevice, R>): Effect.Effect<A, DeviceUnknown, R> =>
  Effect.mapError(self, () => new DeviceUnknown({}))

const Handlers = HttpApiBuilder.group(
  DevicesApi,
  "devices",
  Effect.fnUntraced(function* (handlers) {
    const assets = yield* Assets
    const commands = yield* Commands
    const declarations = yield* Declarations
    const devices = yield* Devices
    const traffic = yield* Traffic
    const { wake } = yield* Wake

    const work = Effect.fnUntraced(function* (channel: Channel) {
      return { commands: yield* commands.list(channel), progress: yield* declarations.progress(channel) }
    })

    /** What is declared has changed for a device, or for all of them. */
    const wakeAll = Effect.fnUntraced(function* (udid: string | undefined) {
      const all = udid === undefined ? yield* devices.list : [{ udid }]
      yield* Effect.forEach(all, (device) => wake(device.udid), { discard: true })
    })

    return handlers.handleAll({
      list: () => devices.list,
      get: Effect.fnUntraced(function* ({ params: { udid } }) {
        const device = yield* known(devices.get(udid))
        const users = yield* Effect.forEach(device.users, (user) =>
          Effect.map(work(ofUser(udid, user)), (its) => ({ ...user, ...its })),
        )
        return { ...device, ...(yield* work({ udid })), declared: yield* declarations.forDevice(udid), users }
      }),
      queueCommand: Effect.fnUntraced(function* ({
        params: { udid },
        payload: { payload = {}, requestType, ...user },
      }) {
        const channel = yield* known(devices.managed(ofUser(udid, user)))
        const queued = yield* commands.enqueue(channel, { requestType, payload })
        yield* wake(udid)
        return queued
      }),
      getCommand: ({ params }) => commands.get(params.commandUUID),
      listDeclarations: () => declarations.list,
      putDeclaration: Effect.fnUntraced(function* ({ params: { identifier }, payload, query }) {
        const { udid } = query
        if (udid !== undefined) yield* known(devices.managed({ ...query, udid }))
        const declared = yield* declarations.put(query, Declaration.make(identifier, payload))
        yield* wakeAll(udid)
        return declared
      }),
      deleteDeclaration: Effect.fnUntraced(function* ({ params, query }) {
        yield* declarations.remove(query, params.identifier)
        yield* wakeAll(query.udid)
      }),
      putAsset: ({ params, payload }) => assets.put(params.identifier, payload),
      trace: ({ query: { udid }, headers }) =>
        Effect.succeed(events(traffic.stream({ udid, after: headers["last-event-id"] }))),
    })
  }),
)

/** How long a stream is silent at most: proxies cut those that seem dead. */
const pulse = "15 seconds"

const heartbeat: TraceEvent = { event: "heartbeat", data: "" }

/** It begins with a heartbeat, so that the answer's head goes out and a browser knows that it is connected. */
const events = (exchanges: Stream.Stream<Exchange>): Stream.Stream<TraceEvent> =>
  Stream.map(exchanges, (exchange): TraceEvent => ({ event: "message", id: exchange.id, data: exchange })).pipe(
    Stream.merge(
      Stream.map(Stream.tick(pulse), () => heartbeat),
      { haltStrategy: "left" },
    ),
  )

/** An asset of 10 MiB, as base64 in JSON. */
const maxBody = ByteSize.fromInputUnsafe("14 MiB")

/**
 * Around all routes of the API. A proxy that keeps a stream back until it has more of it would make it useless, and a connection that is kept
 * for another request after a stream would hold up the end of the process.
 */
const Boundary = HttpRouter.middleware((answer) =>
  Effect.map(Effect.provideService(answer, HttpIncomingMessage.MaxBodySize, maxBody), (response) =>
    response.headers["content-type"]?.startsWith("text/event-stream") === true
      ? HttpServerResponse.setHeaders(response, {
          "cache-control": "no-store",
          "x-accel-buffering": "no",
          connection: "close",
        })
      : response,
  ),
).layer

/**
 * The routes behind an `Authorization`, their document at `/api/devices/openapi.json` and, to browse, at `/api/devices/reference`.
 *
 * @category layers
 */
export const routes = Layer.mergeAll(
  HttpApiBuilder.layer(DevicesApi, { openapiPath: "/api/devices/openapi.json" }),
  HttpApiScalar.layer(DevicesApi, { path: "/api/devices/reference" }),
).pipe(
  Layer.provide(Handlers),
  Layer.provide([Boundary, HttpApiMiddleware.layerProblemDetails({ includeDetails: true })]),
)
