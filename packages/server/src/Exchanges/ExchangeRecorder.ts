/**
 * Records exchanges: what a device sent, the calls to the backend that followed, and the response to the device, without secrets.
 *
 * It has two parts. `layer` wraps the routes and `wrap` the `MdmService`, which has parsed the property list already. Without `layer` nothing is recorded,
 * copied or read. Recording does not slow down an exchange: it is built after the response, and when the receiver is slow, the oldest waiting
 * exchanges are dropped.
 */
import { Channel } from "@espalier/apple"
import { RequestBody } from "@espalier/http"
import { Plist } from "@espalier/plist"
import type { Exchange, ExchangeCall } from "@espalier/schema"
import { Clock, Context, Effect, Exit, FiberSet, Queue, Result } from "effect"
import { HttpRouter, HttpServerRequest, type HttpServerResponse } from "effect/http"
import { CallHook, type CallInfo } from "../Backend/index.ts"
import type { Handle } from "../Mdm/MdmRequest.ts"
import * as ExchangeBody from "./ExchangeBody.ts"
import * as Redaction from "./Redaction.ts"

/**
 * Receives every exchange with a device, in the order in which they ended. A failure is logged.
 *
 * @category models
 * @since 0.1.0
 */
export type OnExchange = (exchange: Exchange) => Effect.Effect<void, unknown>

/** The number of exchanges that can wait for a slow receiver. */
const capacity = 256

/** What is recorded of a running exchange. */
interface Recording {
  readonly request: HttpServerRequest.HttpServerRequest
  readonly at: number
  readonly calls: Array<CallInfo>
  body: Uint8Array | undefined
  propertyList: Plist.Value | undefined
}

interface Ended extends Recording {
  readonly endedAt: number
  readonly exit: Exit.Exit<HttpServerResponse.HttpServerResponse, unknown>
}

const CurrentRecording = Context.Reference<Recording | undefined>("@espalier/server/CurrentRecording", {
  defaultValue: () => undefined,
})

/**
 * Adds the property list of a message to its exchange.
 *
 * @category middleware
 * @since 0.1.0
 */
export const wrap =
  <E>(handle: Handle<E>): Handle<E> =>
  (request) =>
    Effect.flatMap(CurrentRecording, (recording) => {
      if (recording !== undefined) recording.propertyList = request.propertyList
      return handle(request)
    })

/**
 * Records the exchanges of all routes for devices.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer = (onExchange: OnExchange) =>
  HttpRouter.use(
    Effect.fnUntraced(function* (router) {
      const fork = yield* FiberSet.makeRuntime<never, void, never>()
      const exchanges = yield* Queue.sliding<Exchange>(capacity)
      const startedAt = (yield* Clock.currentTimeMillis).toString(36)
      let count = 0

      const offer = (ended: Ended) =>
        Effect.suspend(() => {
          count++
          return Queue.offer(exchanges, exchangeOf(`${startedAt}-${count}`, ended))
        }).pipe(
          Effect.catchCause((cause) => Effect.logWarning("an exchange could not be recorded", cause)),
          Effect.asVoid,
        )

      yield* Queue.take(exchanges).pipe(
        Effect.flatMap((exchange) =>
          Effect.catchCause(
            Effect.suspend(() => onExchange(exchange)),
            () => Effect.logWarning("the receiver of an exchange failed"),
          ),
        ),
        Effect.forever,
        Effect.forkScoped,
      )

      yield* router.addGlobalMiddleware((routes) =>
        Effect.gen(function* () {
          const request = yield* HttpServerRequest.HttpServerRequest
          if (!request.url.startsWith("/mdm/apple/")) return yield* routes
          const at = yield* Clock.currentTimeMillis
          const recording: Recording = { request, at, calls: [], body: undefined, propertyList: undefined }
          return yield* routes.pipe(
            Effect.provideService(CurrentRecording, recording),
            Effect.provideService(CallHook, (call) => void recording.calls.push(call)),
            Effect.provideService(RequestBody.OnBody, (body) => {
              recording.body = body
            }),
            Effect.onExit((exit) =>
              Effect.map(Clock.currentTimeMillis, (endedAt) => {
                fork(Effect.andThen(Effect.yieldNow, offer({ ...recording, endedAt, exit })))
              }),
            ),
          )
        }),
      )
    }),
  )

const exchangeOf = (id: string, ended: Ended): Exchange => {
  const { request, at, endedAt, body, calls, exit } = ended
  const propertyList = propertyListOf(ended)
  const contentType = request.headers["content-type"] ?? ""
  const response = Exit.isSuccess(exit) ? exit.value : undefined
  return {
    id,
    at,
    duration: endedAt - at,
    message: messageOf(request, propertyList),
    ...senderOf(propertyList),
    method: request.method,
    path: Redaction.redactPath(request.url),
    ...(body === undefined || body.length === 0
      ? {}
      : {
          request:
            propertyList === undefined || body.length > ExchangeBody.maxBytes
              ? { contentType, size: body.length }
              : ExchangeBody.fromPlist(propertyList, contentType, body.length),
        }),
    calls: calls.map(callOf),
    status: response?.status ?? (Exit.hasInterrupts(exit) ? clientClosedRequest : 500),
    ...responseOf(response),
  }
}

/** A message that was rejected before it reached the `MdmService` has not been parsed. */
const propertyListOf = ({ request, body, propertyList }: Ended): Plist.Value | undefined =>
  propertyList ??
  (request.url.startsWith("/mdm/apple/mdm") && body !== undefined ? ExchangeBody.parsePlist(body) : undefined)

/** The status that proxies log when a client did not wait for the response. */
const clientClosedRequest = 499

const responseOf = (response: HttpServerResponse.HttpServerResponse | undefined): Pick<Exchange, "response"> => {
  const body = response?.body
  if (body === undefined || body._tag === "Empty") return {}
  if (body._tag === "Uint8Array") {
    return body.contentLength === 0 ? {} : { response: ExchangeBody.fromBytes(body.body, body.contentType) }
  }
  return { response: { contentType: body.contentType ?? "", size: body.contentLength ?? 0 } }
}

const callOf = ({ webhook, at, duration, request, status, error, answer }: CallInfo): ExchangeCall => ({
  webhook,
  at,
  duration,
  request: ExchangeBody.fromJson(request),
  ...(status === undefined ? {} : { status }),
  ...(error === undefined ? {} : { error }),
  ...(answer === undefined ? {} : { answer: ExchangeBody.fromJson(answer) }),
})

const operations: ReadonlySet<string> = new Set(["GetCACaps", "GetCACert", "PKIOperation"])

/** In Apple's words, as far as the request says. */
const messageOf = (
  { url, method }: HttpServerRequest.HttpServerRequest,
  propertyList: Plist.Value | undefined,
): string => {
  const [path = "", query] = url.split("?", 2)
  const name = path.slice("/mdm/apple/".length)
  if (name === "scep" || name.startsWith("scep/")) {
    const operation = new URLSearchParams(query).get("operation") ?? ""
    return operations.has(operation) ? operation : "scep"
  }
  if (name === "enroll") return name
  if (name.startsWith("assets/")) return "asset"
  const message = textOf(propertyList, "MessageType") ?? textOf(propertyList, "Status")
  const endpoint = textOf(propertyList, "Endpoint")
  if (message === undefined) return method
  return endpoint === undefined ? message : `${message} ${endpoint}`
}

const senderOf = (propertyList: Plist.Value | undefined): Pick<Exchange, "udid" | "userId" | "userShortName"> =>
  Result.match(Channel.of(enrollmentIdsOf(propertyList)), {
    onFailure: () => ({}),
    onSuccess: (channel) => ({
      udid: channel.deviceChannelId,
      ...(channel._tag === "user"
        ? {
            userId: channel.userId ?? channel.enrollmentUserId ?? channel.userChannelId,
            ...(channel.userShortName === undefined ? {} : { userShortName: channel.userShortName }),
          }
        : {}),
    }),
  })

const enrollmentIdsOf = (propertyList: Plist.Value | undefined): Channel.EnrollmentIds => {
  const keys = ["UDID", "EnrollmentID", "UserID", "EnrollmentUserID", "UserShortName"] as const
  return Object.fromEntries(
    keys.flatMap((key) => {
      const text = textOf(propertyList, key)
      return text === undefined ? [] : [[key, text]]
    }),
  )
}

/** The text of a key, at most 255 characters. */
const textOf = (propertyList: Plist.Value | undefined, key: string): string | undefined => {
  if (propertyList === undefined || !Plist.isDictionary(propertyList) || !Object.hasOwn(propertyList, key)) {
    return undefined
  }
  const value = propertyList[key]
  return typeof value === "string" ? value.slice(0, 255) : undefined
}
