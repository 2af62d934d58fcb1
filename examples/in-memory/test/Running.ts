/**
 * The backend, running on a free port with nothing in it, and a device's and an operator's side of the conversation over real HTTP.
 */
import { WebhookVerifier } from "@espalier/handler"
import type { Event, Scope } from "@espalier/schema"
import { Effect, Layer, Redacted, References } from "effect"
import * as Backend from "../src/Backend.ts"

/** The key of the tests, and where it opens the APIs. */
export const apiKey = "ek_the-key-of-the-tests"
export const api = "/api/workspaces/example"

export const running = Backend.layer({
  port: 0,
  verifier: WebhookVerifier.layerUnsigned,
  apiKey: Redacted.make(apiKey),
}).pipe(Layer.provide(Layer.succeed(References.MinimumLogLevel, "Error")))

export interface Answer {
  readonly status: number
  /** The JSON; `undefined` where there was none. */
  readonly body: unknown
}

/** Sends `body` as it is when it is text, as JSON otherwise. */
export const send = Effect.fn(function* (
  method: "GET" | "POST" | "PUT" | "DELETE",
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
) {
  const url = yield* Backend.BackendUrl
  return yield* Effect.promise(async (): Promise<Answer> => {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: { "content-type": "application/json", authorization: `Bearer ${apiKey}`, ...headers },
      ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
    })
    const text = await response.text()
    return { status: response.status, body: text === "" ? undefined : JSON.parse(text) }
  })
})

export const post = (path: string, body: unknown) => send("POST", path, body)

/** A channel that speaks through the whitelabel server: each method is one webhook. */
export const channel = (scope: Scope) => {
  const ask = (webhook: string, rest: object = {}) => post(`/webhook/apple/${webhook}`, { scope, ...rest })
  return {
    says: (event: Event) => ask("event", { event }),
    checksIn: Effect.map(ask("checkin"), ({ body }) => body),
    tokens: Effect.map(ask("declaration-tokens"), ({ body }) => body),
    items: Effect.map(ask("declaration-items"), ({ body }) => body),
    declaration: (type: string, identifier: string) =>
      Effect.map(ask("declaration", { type, identifier }), ({ body }) => body),
    ask,
    /** What a device does with a result: it reports and asks for more in one request. */
    answers: (commandUUID: string, status: "Acknowledged" | "Error" | "CommandFormatError" | "NotNow") =>
      Effect.andThen(
        ask("event", { event: { _tag: "CommandResult", commandUUID, status, payload: { Model: "Mac" } } }),
        Effect.map(ask("checkin"), ({ body }) => body),
      ),
    enrolls: Effect.andThen(ask("event", { event: authenticate }), ask("event", { event: tokenUpdate(scope._tag) })),
    appears: ask("event", { event: tokenUpdate(scope._tag) }),
  }
}

export const authenticate: Event = { _tag: "Authenticate", serialNumber: "C02XG2JHH7JG", osVersion: "15.0" }

export const tokenUpdate = (channel: "device" | "user"): Event => ({
  _tag: "TokenUpdate",
  pushToken: "cHVzaC10b2tlbg==",
  pushMagic: "push-magic",
  topic: "com.apple.mgmt.External.example",
  channel,
})

const mdmOrigin = { url: "https://mdm.example.com" }

export const device = channel({ _tag: "device", udid: "D1", mdmOrigin })
export const otherDevice = channel({ _tag: "device", udid: "D2", mdmOrigin })
export const user = channel({ _tag: "user", udid: "D1", userId: "U1", mdmOrigin })

export const idle = { _tag: "Idle" }
/** What the webhooks say, and the APIs. */
export const unknownDevice = { _tag: "UnknownDevice", message: "No such device or user is managed here" }

export const deviceUnknown = {
  type: "urn:espalier:problem:device-unknown",
  title: "No such device or user is managed here",
  status: 404,
}

/** Queues a command and gives its UUID. */
export const queue = Effect.fn(function* (
  requestType: string,
  channel: { udid?: string; userId?: string; userShortName?: string } = {},
) {
  const { udid = "D1", ...rest } = channel
  const { body } = yield* send("POST", `${api}/devices/${udid}/commands`, { requestType, ...rest })
  return String(at(body, "commandUUID"))
})

/** The member of a JSON value that a path of keys leads to. */
export const at = (json: unknown, ...path: ReadonlyArray<string | number>): unknown =>
  path.reduce<unknown>(
    (value, key) => (typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined),
    json,
  )
