/**
 * Everything that takes part: `espalier serve` as a process (or two), the sample product's backend behind signed webhooks, a stand-in for
 * Apple's push service whose pushes wake the device, and a simulated Mac. Nobody knows anybody but by what operators set.
 */
import { generateKeyPairSync } from "node:crypto"
import { cpSync, readFileSync, writeFileSync } from "node:fs"
import { request } from "node:https"
import { join } from "node:path"
import * as Backend from "@espalier/example-in-memory/Backend"
import { WebhookVerifier } from "@espalier/handler"
import { Device, type SimulatorError } from "@espalier/simulator"
import * as apns from "@espalier/testing/Apns"
import { Context, Effect, type Exit, Layer, Queue, Redacted, Schema, type Scope } from "effect"
import { run } from "../Run.ts"
import { selfSigned } from "../SelfSigned.ts"
import * as Front from "./Front.ts"
import * as Hearing from "./Hearing.ts"
import * as Outages from "./Outages.ts"
import * as Serving from "./Serving.ts"

/** How the servers stand there. */
export interface Setting {
  /** Two servers, each second request for the other. They need a database of their own. */
  readonly servers?: 1 | 2
  readonly databaseUrl?: Redacted.Redacted
  /** The servers end TLS themselves, or a proxy does that hands on no certificate: then the signature alone says who it is. */
  readonly tls: "own" | "proxy"
  /** Where a server dies: see `Outages`. */
  readonly outages?: ReadonlyArray<string>
}

/** JSON that nobody has looked at yet. */
export interface Answer {
  readonly status: number
  readonly body: unknown
}

export interface World {
  readonly origin: string
  /** The link that `espalier enrollment-token create` has given. */
  readonly link: string
  readonly mac: Device.Device
  /** Another device with an identity of its own, for the same link. */
  readonly stranger: Device.Device
  /** What the backend has heard. */
  readonly heard: ReadonlyArray<Hearing.Heard>
  readonly outages: Outages.Outages
  /** The backend's control API. */
  readonly control: (method: "GET" | "POST" | "PUT", path: string, body?: unknown) => Effect.Effect<Answer>
  /** `POST /api/push` to the server; then the device does what the push tells it. What it reported. */
  readonly push: (target: unknown) => Effect.Effect<ReadonlyArray<Device.Report>, SimulatorError | Schema.SchemaError>
  /** Any request to the server, from somebody without a certificate in TLS. */
  readonly send: (
    method: string,
    path: string,
    headers: Record<string, string>,
    body: string,
  ) => Effect.Effect<{ readonly status: number; readonly body: string }>
  /** The certificate authority that is in the data directory now. */
  readonly authority: () => string
  /** Tells the servers to stop. Their exit codes. */
  readonly stop: Effect.Effect<ReadonlyArray<number | null>>
  /** All that the servers have written. */
  readonly logs: () => ReadonlyArray<string>
}

const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
const apiKey = "an-operators-key"
const backendKey = "ek_an-operators-key-too"

/** Making keys is what takes time: the devices take them in turn. */
const deviceKeys = Array.from({ length: 4 }, () => generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey)

const tls = selfSigned("localhost")

const backend = Effect.map(
  Layer.build(
    Backend.layer({
      port: 0,
      verifier: WebhookVerifier.layer({ secrets: [secret] }),
      apiKey: Redacted.make(backendKey),
    }),
  ),
  Context.get(Backend.BackendUrl),
)

const PushTarget = Schema.Struct({ topic: Schema.String, pushToken: Schema.String, pushMagic: Schema.String })

export const make = Effect.fnUntraced(function* (setting: Setting): Effect.fn.Return<World, never, Scope.Scope> {
  const place = yield* Serving.folder
  const file = (name: string, text: string) => {
    writeFileSync(join(place, name), text, { mode: 0o600 })
    return join(place, name)
  }
  const certificate = file("tls.pem", tls.cert)
  const topic = apns.certificate("topic-one")
  const data = join(place, "data")
  const port = yield* Serving.freePort
  const origin = `https://localhost:${port}`
  const database =
    setting.databaseUrl === undefined ? {} : { ESPALIER_DATABASE_URL: Redacted.value(setting.databaseUrl) }

  const invitation = ["enrollment-token", "create", "--origin", origin, "--devices", "3", "--data-directory", data]
  const created = yield* Effect.promise(() => run(invitation, database))
  const link = /^https:.*$/m.exec(created.output)?.[0] ?? created.output

  const woken = yield* Queue.unbounded<Exit.Exit<ReadonlyArray<Device.Report>, SimulatorError>>()
  const pushes = yield* Queue.unbounded<Uint8Array>()
  const push = yield* apns.start(({ token }) => {
    Queue.offerUnsafe(pushes, Buffer.from(token, "hex"))
    return apns.accepted
  })

  let restart: () => Promise<void> = async () => {}
  const outages = Outages.make(setting.outages ?? [], () => restart())
  const heard: Array<Hearing.Heard> = []
  const backendUrl = yield* Effect.orDie(backend)
  const webhookUrl = yield* Front.inFrontOfBackend(backendUrl, outages, Hearing.nameOf, (webhook, status) => {
    heard.push(Hearing.heardAs(webhook, status))
  })

  const flags = [
    ...["--webhook-url", webhookUrl, "--origin", origin, "--host", "127.0.0.1", "--identity", "required"],
    ...["--profile-root", certificate, "--push-url", push.url, "--push-root", file("apns.pem", apns.authority)],
    ...["--push-certificate", file("push.pem", `${topic.cert}${Redacted.value(topic.key)}`)],
  ]
  const env = { ...database, ESPALIER_WEBHOOK_SECRET: secret, ESPALIER_API_KEY: apiKey }
  const own = ["--tls-certificate", certificate, "--tls-key", file("tls.key.pem", tls.key)]
  const servers: Array<Serving.Server> = []
  const places: Array<string> = []
  for (let number = 0; number < (setting.servers ?? 1); number++) {
    const directory = number === 0 ? data : `${data}-${number}`
    if (number > 0) cpSync(data, directory, { recursive: true })
    const at = number === 0 && setting.tls === "own" ? port : yield* Serving.freePort
    const where = ["--port", String(at), "--data-directory", directory]
    servers.push(yield* Serving.serve([...flags, ...where, ...(setting.tls === "own" ? own : [])], env))
    places.push(setting.tls === "own" ? `https://localhost:${at}` : `http://127.0.0.1:${at}`)
  }
  const [first = origin] = places
  restart = async () => void (await Promise.all(servers.map((server) => server.restart())))
  if (setting.tls === "proxy") yield* Front.inFrontOfServer(first, port, tls, outages)

  let turn = 0
  /** Each second request for the other, where there are two. */
  const route = () => (setting.tls === "own" ? (places[turn++ % places.length] ?? origin) : origin)
  let taken = 0
  const options = {
    ca: tls.cert,
    retrying: 10,
    route,
    newKey: () => Effect.fromNullishOr(deviceKeys[taken++ % deviceKeys.length]).pipe(Effect.orDie),
  }
  const mac = yield* Device.make({ ...options, kind: "Mac", seed: 1 })
  const stranger = yield* Device.make({ ...options, kind: "iPhone", seed: 2 })
  yield* Queue.take(pushes).pipe(
    Effect.flatMap((token) => Effect.exit(mac.wake(token))),
    Effect.flatMap((exit) => Queue.offer(woken, exit)),
    Effect.forever,
    Effect.forkScoped,
  )

  const once = (method: string, path: string, headers: Record<string, string>, body: string) =>
    Effect.callback<{ status: number; body: string }, Error>((resume) => {
      const to = new URL(path, route())
      const options = { method, ca: tls.cert, agent: false, headers: { ...headers, host: new URL(origin).host } }
      request(to, options, (response) => {
        let text = ""
        response.setEncoding("utf8").on("data", (chunk: string) => {
          text += chunk
        })
        response.once("end", () => resume(Effect.succeed({ status: response.statusCode ?? 0, body: text })))
      })
        .once("error", (error) => resume(Effect.fail(error)))
        .end(body)
    })
  const send: World["send"] = (method, path, headers, body) =>
    once(method, path, headers, body).pipe(Effect.retry({ times: 5 }), Effect.orDie)

  let handled = 0
  return {
    origin,
    link,
    mac,
    stranger,
    heard,
    outages,
    control: (method, path, body) =>
      Effect.promise(async () => {
        const headers = { "content-type": "application/json", authorization: `Bearer ${backendKey}` }
        const init = body === undefined ? {} : { body: JSON.stringify(body) }
        const url = `${backendUrl}/api/workspaces/example/${path}`
        const response = await fetch(url, { method, headers, ...init })
        const text = await response.text()
        return { status: response.status, body: text === "" ? undefined : JSON.parse(text) }
      }),
    push: Effect.fnUntraced(function* (target) {
      const pushes = [yield* Schema.decodeUnknownEffect(PushTarget)(target)]
      const headers = { authorization: `Bearer ${apiKey}`, "content-type": "application/json" }
      const { status, body } = yield* send("POST", "/api/push", headers, JSON.stringify({ pushes }))
      if (status !== 200 || !body.includes('"accepted"')) return yield* Effect.die(`Push: ${status} ${body}`)
      const reports: Array<Device.Report> = []
      while (handled < push.asked.length) {
        handled++
        reports.push(...(yield* yield* Queue.take(woken)))
      }
      return reports
    }),
    send,
    authority: () => readFileSync(join(data, "scep-ca.json"), "utf8"),
    stop: Effect.promise(() => Promise.all(servers.map((server) => server.stop()))),
    logs: () => servers.map((server) => server.logs()),
  }
})
