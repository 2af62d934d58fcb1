/**
 * Where devices come from: the origins they call, and the port that is listened on.
 */
import { lookup } from "node:dns/promises"
import http from "node:http"
import https from "node:https"
import { createServer } from "node:net"
import { ErrorCode } from "@espalier/http"
import { Origins } from "@espalier/server"
import { Effect, Layer, Option, Result } from "effect"
import { refuse } from "../Files.ts"
import type { ServeOptions } from "../ServeFlags.ts"
import { sentence } from "../StartError.ts"
import { bad, type Finding, type Findings, good, ofRefusal, warning } from "./Finding.ts"

/**
 * `origin`: each is one, is https, and has an address.
 *
 * @category checks
 * @since 0.1.0
 */
export const origins = Effect.fnUntraced(function* ({ origin }: ServeOptions): Effect.fn.Return<Findings> {
  if (origin.length === 0) return [warning("origin", "only this machine is answered", "set --origin")]
  const usable = yield* Effect.result(Effect.scoped(Layer.build(Origins.layer(origin))))
  if (Result.isFailure(usable)) return [ofRefusal("origin", refuse(sentence(usable.failure)))]
  return yield* Effect.forEach(origin, judge, { concurrency: 8 })
})

const loopback = /^(localhost|127\.[\d.]+|\[::1\])$/

const judge = Effect.fnUntraced(function* (text: string): Effect.fn.Return<Finding> {
  const { hostname, protocol, origin } = new URL(text)
  if (protocol === "http:" && !loopback.test(hostname)) {
    return warning("origin", `${origin} is not https`, "devices enroll over https only: correct --origin")
  }
  const found = yield* Effect.tryPromise({
    try: () => lookup(hostname.replace(/^\[|\]$/g, "")),
    catch: ErrorCode.of,
  }).pipe(
    Effect.timeoutOrElse({ duration: "5 seconds", orElse: () => Effect.fail("no answer in 5 seconds") }),
    Effect.result,
  )
  return Result.isSuccess(found)
    ? good("origin", `${origin} is ${found.success.address}`)
    : warning(
        "origin",
        `${hostname} has no address here (${found.failure})`,
        "make its DNS record, unless only devices can resolve it",
      )
})

/**
 * `port`: nobody else listens there. A server that runs already is no obstacle: it is asked who it is.
 *
 * @category checks
 * @since 0.1.0
 */
export const port = Effect.fnUntraced(function* (options: ServeOptions): Effect.fn.Return<Findings> {
  const host = Option.getOrUndefined(options.host)
  const place = `${host ?? "every address"}, port ${options.port}`
  if (options.port === 0) return [good("port", "any that is free")]
  const taken = yield* Effect.result(listen(options.port, host))
  if (Result.isSuccess(taken)) return [good("port", `${place} is free`)]
  switch (taken.failure) {
    case "EADDRINUSE":
      return [
        (yield* isServer(options, host))
          ? good("port", `${place}: a server is running there already`)
          : bad("port", `${place} is in use`, "choose another with --port, or end what listens there"),
      ]
    case "EACCES":
      return [bad("port", `${place} needs more rights`, "choose one above 1023 with --port, and put a proxy in front")]
    default:
      return [bad("port", `cannot listen on ${place} (${taken.failure})`, "check --host and --port")]
  }
})

const listen = (at: number, host: string | undefined): Effect.Effect<void, string> =>
  Effect.callback<void, string>((resume) => {
    const server = createServer()
    server.once("error", (error) => resume(Effect.fail(ErrorCode.of(error))))
    server.listen({ port: at, ...(host === undefined ? {} : { host }) }, () => server.close(() => resume(Effect.void)))
    return Effect.sync(() => server.close())
  })

/** Whoever answers `/health` as this server does. Nothing is told to it, so its certificate need not be believed. */
const isServer = (options: ServeOptions, host = "localhost"): Effect.Effect<boolean> =>
  Effect.callback<boolean>((resume) => {
    const end = (is: boolean) => {
      request.destroy()
      resume(Effect.succeed(is))
    }
    const to = { host: host === "0.0.0.0" || host === "::" ? "localhost" : host, port: options.port, path: "/health" }
    const request = Option.isSome(options.tlsCertificate)
      ? https.get({ ...to, rejectUnauthorized: false, agent: false })
      : http.get({ ...to, agent: false })
    request.setTimeout(3000, () => end(false))
    request.once("error", () => end(false))
    request.once("response", ({ statusCode, headers }) =>
      end(statusCode === 200 && headers["content-type"]?.includes("application/json") === true),
    )
    return Effect.sync(() => request.destroy())
  })

/**
 * `identity` and `enrollment`: doors that stand open.
 *
 * @category checks
 * @since 0.1.0
 */
export const doors = (options: ServeOptions): Findings => [
  options.identity === "optional"
    ? warning("identity", "devices need not prove who they are", "set --identity required")
    : good("identity", "every device proves who it is"),
  options.enrollment === "open"
    ? warning("enrollment", "everybody may enroll", "set --enrollment token")
    : good("enrollment", "only by enrollment token"),
]
