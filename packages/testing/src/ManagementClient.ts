/**
 * A management backend as its callers see it over HTTP: the webhooks of a channel, and the Devices API of an operator.
 */
import type { Event, Scope } from "@espalier/schema"
import { Context, Effect } from "effect"

/** Where the backend is, and a key for its APIs. */
export class Backend extends Context.Service<Backend, { readonly url: string; readonly apiKey: string }>()(
  "@espalier/testing/Backend",
) {}

/** The path of the APIs. */
export const api = "/api/workspaces/example"

export interface TestResponse {
  readonly status: number
  /** The JSON; `undefined` for an empty body. */
  readonly body: unknown
}

/** Sends a text `body` unchanged, any other as JSON. */
export const send = Effect.fn(function* (
  method: "GET" | "POST" | "PUT" | "DELETE",
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
) {
  const { url, apiKey } = yield* Backend
  return yield* Effect.promise(async (): Promise<TestResponse> => {
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

/** A channel as the whitelabel server reports it: each method is one webhook. */
export const channel = (scope: Scope) => {
  const ask = (webhook: string, rest: object = {}) => post(`/webhook/apple/${webhook}`, { scope, ...rest })
  return {
    sends: (event: Event) => ask("event", { event }),
    checkIn: Effect.map(ask("checkin"), ({ body }) => body),
    tokens: Effect.map(ask("declaration-tokens"), ({ body }) => body),
    items: Effect.map(ask("declaration-items"), ({ body }) => body),
    declaration: (type: string, identifier: string) =>
      Effect.map(ask("declaration", { type, identifier }), ({ body }) => body),
    ask,
    /** A device reports a result and requests the next command at once. */
    reports: (commandUUID: string, status: "Acknowledged" | "Error" | "CommandFormatError" | "NotNow") =>
      Effect.andThen(
        ask("event", { event: { _tag: "CommandResult", commandUUID, status, payload: { Model: "Mac" } } }),
        Effect.map(ask("checkin"), ({ body }) => body),
      ),
    enroll: Effect.andThen(ask("event", { event: authenticate }), ask("event", { event: tokenUpdate(scope._tag) })),
    appear: ask("event", { event: tokenUpdate(scope._tag) }),
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
/** The responses of the webhooks and of the API. */
export const unknownDevice = { _tag: "UnknownDevice", message: "The device or user is not managed" }

export const deviceNotFound = {
  type: "urn:espalier:problem:device-not-found",
  title: "Device or user not found",
  status: 404,
}

/** Queues a command and returns its UUID. */
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
