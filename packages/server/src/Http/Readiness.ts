/**
 * `GET /ready`: whether the server can work: backend reachable, store writable, authority loaded, push certificates valid.
 *
 * 200 or 503, with one entry for each check, for load balancers and operators.
 */
import { connect } from "node:net"
import { Push } from "@espalier/apple"
import { Context, Effect, Option } from "effect"
import { HttpRouter, HttpServerResponse } from "effect/http"
import { Store } from "../Store/index.ts"

/**
 * One check. `detail` says what is wrong, or will be.
 *
 * @category models
 * @since 0.1.0
 */
export interface Check {
  readonly name: string
  readonly ok: boolean
  readonly detail?: string
}

/**
 * The backend's base URL, for the check that its port is open.
 *
 * @category services
 * @since 0.1.0
 */
export class BackendAddress extends Context.Service<BackendAddress, string>()("@espalier/server/BackendAddress") {}

const failing = (name: string, detail: string): Check => ({ name, ok: false, detail })
const passing = (name: string, detail?: string): Check => ({
  name,
  ok: true,
  ...(detail === undefined ? {} : { detail }),
})

const backendReachable = (baseUrl: string): Effect.Effect<Check> =>
  Effect.callback<Check>((resume) => {
    const url = new URL(baseUrl)
    const port = Number(url.port || (url.protocol === "https:" ? 443 : 80))
    const socket = connect({ host: url.hostname.replace(/^\[|\]$/g, ""), port, timeout: 3000 })
    const end = (check: Check) => {
      socket.destroy()
      resume(Effect.succeed(check))
    }
    socket.once("connect", () => end(passing("backend")))
    socket.once("timeout", () => end(failing("backend", `${url.host} does not respond: check --webhook-url`)))
    socket.once("error", () => end(failing("backend", `${url.host} cannot be reached: check --webhook-url`)))
    return Effect.sync(() => socket.destroy())
  })

/** The days before its expiry at which a push certificate has a warning. */
const warnFrom = 30

/**
 * Runs every check. The authority needs none: without it the server does not start.
 *
 * @category checks
 * @since 0.1.0
 */
export const checks = Effect.gen(function* () {
  const address = yield* BackendAddress
  const store = yield* Store
  const push = yield* Effect.serviceOption(Push.Push)
  const certificates = Option.isNone(push) ? [] : yield* push.value.certificateExpiry
  const storeWritable = store.writable.pipe(
    Effect.match({ onSuccess: () => passing("store"), onFailure: (error) => failing("store", error.message) }),
    Effect.timeoutOrElse({
      duration: "5 seconds",
      orElse: () => Effect.succeed(failing("store", "The database does not respond: check --database-url")),
    }),
  )
  const results = yield* Effect.all([backendReachable(address), storeWritable], { concurrency: "unbounded" })
  return [...results, passing("authority"), ...certificates.map(pushCertificate)]
})

const pushCertificate = ({ topic, daysLeft }: Push.CertificateExpiry): Check => {
  const name = `push certificate of ${topic}`
  if (daysLeft < 0) return failing(name, "It has expired: renew it at identity.apple.com")
  return passing(name, daysLeft <= warnFrom ? `${daysLeft} days left: renew it` : `${daysLeft} days left`)
}

/**
 * The route.
 *
 * @category routes
 * @since 0.1.0
 */
export const layer = HttpRouter.use(
  Effect.fnUntraced(function* (router) {
    const context = yield* Effect.context<BackendAddress | Store>()
    const respond = Effect.map(checks, (all) => {
      const isReady = all.every(({ ok }) => ok)
      return HttpServerResponse.jsonUnsafe(
        { status: isReady ? "ready" : "not ready", checks: all },
        { status: isReady ? 200 : 503 },
      )
    })
    yield* router.add("GET", "/ready", Effect.provideContext(respond, context))
  }),
)
