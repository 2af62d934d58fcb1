/**
 * Shows the server's conversation, exchange by exchange, to whoever wants to look: what a device said, what the backend was asked because of
 * it, and what the device was answered. Secrets are blotted out before.
 *
 * It wraps the routes; without it nothing is kept, copied or read. Looking never hurts: an exchange is put together when its answer is on its
 * way, and where the looker is slow the oldest that wait are dropped.
 */
import { Channel } from "@espalier/apple"
import { Plist } from "@espalier/plist"
import type { Exchange, ExchangeCall } from "@espalier/schema"
import { Clock, Effect, Exit, FiberSet, Queue, Result } from "effect"
import { HttpRouter, HttpServerRequest, type HttpServerResponse } from "effect/http"
import { CallObserver, type ObservedCall } from "../Backend/index.ts"
import { BodyHeard } from "../Body.ts"
import * as Secrets from "./Secrets.ts"
import * as Shown from "./Shown.ts"

/**
 * Gets every exchange of a device, in the order in which they ended. Its failure is logged.
 *
 * @category models
 * @since 0.1.0
 */
export type Trace = (exchange: Exchange) => Effect.Effect<void, unknown>

/** Exchanges that may wait for a slow looker. */
const waiting = 256

interface Heard {
  readonly request: HttpServerRequest.HttpServerRequest
  readonly at: number
  readonly endedAt: number
  readonly body: Uint8Array | undefined
  readonly calls: ReadonlyArray<ObservedCall>
  readonly exit: Exit.Exit<HttpServerResponse.HttpServerResponse, unknown>
}

/**
 * Traces what devices ask, over all routes of the router.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer = (trace: Trace) =>
  HttpRouter.use(
    Effect.fnUntraced(function* (router) {
      const fork = yield* FiberSet.makeRuntime<never, void, never>()
      const exchanges = yield* Queue.sliding<Exchange>(waiting)
      const life = (yield* Clock.currentTimeMillis).toString(36)
      let count = 0

      const shown = (heard: Heard) =>
        Effect.suspend(() => {
          count++
          return Queue.offer(exchanges, exchangeOf(`${life}-${count}`, heard))
        }).pipe(
          Effect.catchCause((cause) => Effect.logWarning("an exchange could not be shown", cause)),
          Effect.asVoid,
        )

      yield* Queue.take(exchanges).pipe(
        Effect.flatMap((exchange) =>
          Effect.catchCause(
            Effect.suspend(() => trace(exchange)),
            () => Effect.logWarning("the trace failed"),
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
          const calls: Array<ObservedCall> = []
          let body: Uint8Array | undefined
          return yield* routes.pipe(
            Effect.provideService(CallObserver, (call) => void calls.push(call)),
            Effect.provideService(BodyHeard, (bytes) => {
              body = bytes
            }),
            Effect.onExit((exit) =>
              Effect.map(Clock.currentTimeMillis, (endedAt) => {
                fork(Effect.andThen(Effect.yieldNow, shown({ request, at, endedAt, body, calls, exit })))
              }),
            ),
          )
        }),
      )
    }),
  )

const exchangeOf = (id: string, { request, at, endedAt, body, calls, exit }: Heard): Exchange => {
  const plist = request.url.startsWith("/mdm/apple/mdm") && body !== undefined ? Shown.plistOf(body) : undefined
  const contentType = request.headers["content-type"] ?? ""
  const response = Exit.isSuccess(exit) ? exit.value : undefined
  return {
    id,
    at,
    duration: endedAt - at,
    message: messageOf(request, plist),
    ...speakerOf(plist),
    method: request.method,
    path: Secrets.ofPath(request.url),
    ...(body === undefined || body.length === 0
      ? {}
      : {
          request:
            plist === undefined ? { contentType, size: body.length } : Shown.ofPlist(plist, contentType, body.length),
        }),
    calls: calls.map(callOf),
    status: response?.status ?? (Exit.hasInterrupts(exit) ? hungUp : 500),
    ...responseOf(response),
  }
}

/** What proxies note where a client did not wait for its answer. */
const hungUp = 499

const responseOf = (response: HttpServerResponse.HttpServerResponse | undefined): Pick<Exchange, "response"> => {
  const body = response?.body
  if (body === undefined || body._tag === "Empty") return {}
  if (body._tag === "Uint8Array") {
    return body.contentLength === 0 ? {} : { response: Shown.ofBytes(body.body, body.contentType) }
  }
  return { response: { contentType: body.contentType ?? "", size: body.contentLength ?? 0 } }
}

const callOf = ({ webhook, at, duration, request, status, error, answer }: ObservedCall): ExchangeCall => ({
  webhook,
  at,
  duration,
  request: Shown.ofJson(request),
  ...(status === undefined ? {} : { status }),
  ...(error === undefined ? {} : { error }),
  ...(answer === undefined ? {} : { answer: Shown.ofJson(answer) }),
})

const operations: ReadonlySet<string> = new Set(["GetCACaps", "GetCACert", "PKIOperation"])

/** In Apple's words, as far as the request says. */
const messageOf = ({ url, method }: HttpServerRequest.HttpServerRequest, plist: Plist.Value | undefined): string => {
  const [path = "", query] = url.split("?", 2)
  const name = path.slice("/mdm/apple/".length)
  if (name === "scep") {
    const operation = new URLSearchParams(query).get("operation") ?? ""
    return operations.has(operation) ? operation : name
  }
  if (name === "enroll") return name
  if (name.startsWith("assets/")) return "asset"
  const said = [textOf(plist, "MessageType") ?? textOf(plist, "Status"), textOf(plist, "Endpoint")]
  return said[0] === undefined ? method : said.filter((part) => part !== undefined).join(" ")
}

const speakerOf = (plist: Plist.Value | undefined): Pick<Exchange, "udid" | "userId" | "userShortName"> =>
  Result.match(Channel.of(enrollmentIds(plist)), {
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

const enrollmentIds = (plist: Plist.Value | undefined): Channel.EnrollmentIds => {
  const keys = ["UDID", "EnrollmentID", "UserID", "EnrollmentUserID", "UserShortName"] as const
  return Object.fromEntries(
    keys.flatMap((key) => {
      const text = textOf(plist, key)
      return text === undefined ? [] : [[key, text]]
    }),
  )
}

/** The text under a key. No name is longer than this. */
const textOf = (plist: Plist.Value | undefined, key: string): string | undefined => {
  if (plist === undefined || !Plist.isDictionary(plist) || !Object.hasOwn(plist, key)) return undefined
  const value = plist[key]
  return typeof value === "string" ? value.slice(0, 255) : undefined
}
