/**
 * The control API's handlers, over the same services as the webhooks.
 */
import { InvalidRequest } from "@espalier/schema"
import { ByteSize, Effect, Layer, SchemaIssue } from "effect"
import { HttpIncomingMessage, HttpServerRequest } from "effect/http"
import { HttpApiBuilder, HttpApiMiddleware } from "effect/http-api"
import { Assets } from "../Assets.ts"
import type { Channel } from "../Channel.ts"
import { Commands } from "../Commands.ts"
import * as Declaration from "../Declaration.ts"
import { Declarations } from "../Declarations.ts"
import { Devices } from "../Devices.ts"
import { ControlApi, Explained, Forbidden, Loopback } from "./Api.ts"

const Handlers = HttpApiBuilder.group(
  ControlApi,
  "control",
  Effect.fnUntraced(function* (handlers) {
    const assets = yield* Assets
    const commands = yield* Commands
    const declarations = yield* Declarations
    const devices = yield* Devices

    const work = Effect.fnUntraced(function* (channel: Channel) {
      return { commands: yield* commands.list(channel), declarations: yield* declarations.progress(channel) }
    })

    return handlers.handleAll({
      listDevices: () => devices.list,
      getDevice: Effect.fnUntraced(function* ({ params: { udid } }) {
        const device = yield* devices.get(udid)
        const users = yield* Effect.forEach(device.users, (user) =>
          Effect.map(work({ udid, userId: user.userId }), (its) => ({ ...user, ...its })),
        )
        return { ...device, ...(yield* work({ udid })), users }
      }),
      queueCommand: Effect.fnUntraced(function* ({ params: { udid }, payload: { payload = {}, requestType, userId } }) {
        const channel = yield* devices.managed({ udid, ...(userId === undefined ? {} : { userId }) })
        return yield* commands.enqueue(channel, { requestType, payload })
      }),
      getCommand: ({ params }) => commands.get(params.commandUUID),
      listDeclarations: () => declarations.list,
      putDeclaration: Effect.fnUntraced(function* ({ params: { identifier }, payload, query }) {
        if (payload.Identifier !== undefined && payload.Identifier !== identifier) {
          return yield* new InvalidRequest({ message: "body.Identifier: Expected the identifier of the path" })
        }
        const { udid } = query
        if (udid !== undefined) yield* devices.managed({ ...query, udid })
        return yield* declarations.put(query, Declaration.make(identifier, payload))
      }),
      deleteDeclaration: ({ params, query }) => declarations.remove(query, params.identifier),
      putAsset: ({ params, payload }) => assets.put(params.identifier, payload),
    })
  }),
)

const formatIssue = SchemaIssue.makeFormatterStandardSchemaV1()

/** Where a request can be wrong. What is not here we answered ourselves: our defect, not the caller's mistake. */
const places = new Map<string, string>([
  ["Params", "path"],
  ["Query", "query"],
  ["Headers", "headers"],
  ["Payload", "body"],
])

const ExplainedLive = HttpApiMiddleware.layerSchemaErrorTransform(Explained, (error) => {
  const place = places.get(error.kind)
  if (place === undefined) return Effect.fail(error)
  const [first] = formatIssue(error.cause.issue).issues
  const path = [place, ...(first?.path ?? [])].map((part) => (typeof part === "object" ? part.key : part)).join(".")
  return Effect.fail(new InvalidRequest({ message: `${path}: ${first?.message}`.slice(0, 500) }))
})

const loopbackHost = /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/

/** A name that an attacker points at 127.0.0.1 shows in `Host`, a form or fetch of another page in `Origin`. */
const LoopbackLive = Layer.succeed(
  Loopback,
  Effect.fnUntraced(function* (answer) {
    const { host = "", origin } = (yield* HttpServerRequest.HttpServerRequest).headers
    if (!loopbackHost.test(host) || (origin !== undefined && origin !== `http://${host}`)) {
      return yield* new Forbidden({ message: "The control API answers this machine only" })
    }
    return yield* Effect.provideService(answer, HttpIncomingMessage.MaxBodySize, ByteSize.fromInputUnsafe("10 MiB"))
  }),
)

/**
 * The routes under `/api`, with their description at `/api/openapi.json`.
 *
 * @category layers
 */
export const routes = HttpApiBuilder.layer(ControlApi, { openapiPath: "/api/openapi.json" }).pipe(
  Layer.provide(Handlers),
  Layer.provide([ExplainedLive, LoopbackLive]),
)
