/**
 * The HTTP API as a server on this machine, over a SQLite database in memory, in real time: with a worker, a receiver beside it,
 * a key of one workspace and a key of all.
 */
import { createServer } from "node:http"
import { NodeHttpServer } from "@effect/platform-node"
import { ApiKeys } from "@espalier/api-keys"
import { Database } from "@espalier/sql"
import * as Sealing from "@espalier/testing/Sealing"
import * as Receiver from "@espalier/testing/WebhookReceiver"
import { Context, Effect, Layer, Redacted } from "effect"
import { FetchHttpClient, HttpClient, HttpClientRequest, HttpRouter, HttpServer } from "effect/http"
import { HttpApiClient } from "effect/http-api"
import { SqlClient } from "effect/sql"
import { NotificationsApi } from "../src/Api/index.ts"
import {
  type AddressGuardOptions,
  Notifications,
  NotificationsHttp,
  type NotificationsHttpOptions,
} from "../src/index.ts"

export const workspace = "acme"

export interface Call {
  /** Shown as a bearer key. Defaults to the key of `workspace`; `null` shows none. */
  readonly key?: string | null
  /** Text as it stands, anything else as JSON. */
  readonly body?: unknown
  readonly headers?: Record<string, string>
}

export interface HarnessOptions extends NotificationsHttpOptions {
  readonly addresses?: AddressGuardOptions
  readonly worker?: false
  readonly maxIntegrations?: number
  readonly maxTestsPerMinute?: number
  /** Whether requests are logged. Defaults to false. */
  readonly logged?: boolean
}

const loopback: AddressGuardOptions = { allow: ["127.0.0.0/8"], allowHttp: true }

const served = ({
  addresses = loopback,
  worker,
  logged = false,
  maxIntegrations,
  maxTestsPerMinute,
  ...http
}: HarnessOptions) =>
  HttpRouter.serve(NotificationsHttp.layer(http), { disableLogger: !logged, disableListenLog: true }).pipe(
    Layer.provideMerge(ApiKeys.layer),
    Layer.provide(Notifications.layer({ addresses, worker, maxIntegrations, maxTestsPerMinute })),
    Layer.provide(Sealing.layer),
    Layer.provideMerge(Database.layer({ url: Redacted.make("sqlite::memory:") })),
    Layer.provideMerge(NodeHttpServer.layer(createServer, { port: 0, host: "127.0.0.1" })),
    Layer.orDie,
  )

/** A server until the scope ends. */
export const make = Effect.fnUntraced(function* (options: HarnessOptions = {}) {
  const receiver = yield* Receiver.make
  const context = yield* Layer.build(served(options))
  const { address } = Context.get(context, HttpServer.HttpServer)
  const origin = HttpServer.formatAddress(address)
  const keys = Context.get(context, ApiKeys)
  const key = Redacted.value((yield* keys.create({ workspace, note: "tests" })).key)
  const keyOfAll = Redacted.value((yield* keys.create({ workspace: null, note: "operator" })).key)

  /** `path` is below `/api`. `json` of the answer is `undefined` where the body is none. */
  const call = (method: string, path: string, { key: shown = key, body, headers = {} }: Call = {}) =>
    Effect.promise(async () => {
      const response = await fetch(`${origin}/api${path}`, {
        method,
        headers: {
          ...(shown === null ? {} : { authorization: `Bearer ${shown}` }),
          ...(body === undefined ? {} : { "content-type": "application/json" }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
      })
      const text = await response.text()
      const type = response.headers.get("content-type")
      const json: unknown = type !== null && /[/+]json/.test(type) ? JSON.parse(text) : undefined
      return { status: response.status, headers: response.headers, type, text, json }
    })

  /** The newest delivery, when it has had this many attempts. */
  const tried = Effect.fnUntraced(function* (attempts: number) {
    for (;;) {
      const { deliveries } = yield* client.deliveries.list({ params: { workspace }, query: { limit: 1 } })
      const [delivery] = deliveries
      if (delivery !== undefined && delivery.attempts >= attempts) return delivery
      yield* Effect.sleep(5)
    }
  })

  const client = yield* HttpApiClient.make(NotificationsApi, {
    baseUrl: origin,
    transformClient: HttpClient.mapRequest(HttpClientRequest.bearerToken(key)),
  }).pipe(Effect.provide(FetchHttpClient.layer))

  return { origin, receiver, key, keyOfAll, keys, sql: Context.get(context, SqlClient.SqlClient), call, client, tried }
})
