/**
 * The network: the origins that devices use, and the port that the server listens on.
 */
import { lookup } from "node:dns/promises"
import http from "node:http"
import https from "node:https"
import { createServer } from "node:net"
import { ErrorCode } from "@espalier/http"
import { Origins } from "@espalier/server"
import { Effect, Layer, Option, Result } from "effect"
import type { ServeOptions } from "../ServeFlags.ts"
import * as StartError from "../StartError.ts"
import * as UserError from "../UserError.ts"
import { bad, type Finding, type Findings, fromUserError, good, warning } from "./Finding.ts"

/**
 * The check `origin`: each origin is valid, uses https and has an address.
 *
 * @category checks
 * @since 0.1.0
 */
export const origins = Effect.fnUntraced(function* ({ origin }: ServeOptions): Effect.fn.Return<Findings> {
  if (origin.length === 0) return [warning("origin", "only requests to localhost are accepted", "set --origin")]
  const usable = yield* Effect.result(Effect.scoped(Layer.build(Origins.layer(origin))))
  if (Result.isFailure(usable)) return [fromUserError("origin", UserError.make(StartError.message(usable.failure)))]
  return yield* Effect.forEach(origin, checkOrigin, { concurrency: 8 })
})

const loopback = /^(localhost|127\.[\d.]+|\[::1\])$/

const checkOrigin = Effect.fnUntraced(function* (text: string): Effect.fn.Return<Finding> {
  const { hostname, protocol, origin } = new URL(text)
  if (protocol === "http:" && !loopback.test(hostname)) {
    return warning("origin", `${origin} does not use https`, "devices enroll only over https: correct --origin")
  }
  const found = yield* Effect.tryPromise({
    try: () => lookup(hostname.replace(/^\[|\]$/g, "")),
    catch: ErrorCode.of,
  }).pipe(
    Effect.timeoutOrElse({ duration: "5 seconds", orElse: () => Effect.fail("no response within 5 seconds") }),
    Effect.result,
  )
  return Result.isSuccess(found)
    ? good("origin", `${origin} resolves to ${found.success.address}`)
    : warning(
        "origin",
        `${hostname} has no address on this machine (${found.failure})`,
        "create its DNS record, unless only devices can resolve the name",
      )
})

/**
 * The check `port`: the port is free, or this server is already running on it.
 *
 * @category checks
 * @since 0.1.0
 */
export const port = Effect.fnUntraced(function* (options: ServeOptions): Effect.fn.Return<Findings> {
  const host = Option.getOrUndefined(options.host)
  const place = `${host ?? "all addresses"}, port ${options.port}`
  if (options.port === 0) return [good("port", "any free port")]
  const taken = yield* Effect.result(listen(options.port, host))
  if (Result.isSuccess(taken)) return [good("port", `${place} is free`)]
  switch (taken.failure) {
    case "EADDRINUSE":
      return [
        (yield* isServer(options, host))
          ? good("port", `${place}: the server is already running`)
          : bad("port", `${place} is in use`, "choose another with --port, or stop the process that uses it"),
      ]
    case "EACCES":
      return [
        bad("port", `${place} needs more privileges`, "choose a port above 1023 with --port and use a reverse proxy"),
      ]
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

/** Whether `/health` responds as this server does. The request contains nothing secret, so the certificate is not verified. */
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
 * The checks `identity` and `enrollment`: who can connect, and who can enroll.
 *
 * @category checks
 * @since 0.1.0
 */
export const accessModes = (options: ServeOptions): Findings => [
  options.identity === "optional"
    ? warning("identity", "devices are not authenticated", "set --identity required")
    : good("identity", "every device must prove its identity"),
  options.enrollment === "open"
    ? warning("enrollment", "anyone can enroll a device", "set --enrollment token")
    : good("enrollment", "only with an enrollment token"),
]
