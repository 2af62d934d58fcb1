/**
 * All participants: `espalier serve` as one or two processes, the sample product's backend behind signed webhooks, a fake APNs whose pushes wake the
 * device, and a simulated Mac. They are connected only by flags, as in production.
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
import * as BackendCalls from "./BackendCalls.ts"
import * as Outages from "./Outages.ts"
import * as Proxy from "./Proxy.ts"
import * as Serving from "./Serving.ts"

/** The set-up of the servers. */
export interface Setting {
  /** Two servers, alternating between them. They need a shared database. */
  readonly servers?: 1 | 2
  readonly databaseUrl?: Redacted.Redacted
  /** The servers terminate TLS, or a proxy that forwards no certificate does: then only the signature identifies the device. */
  readonly tls: "own" | "proxy"
  /** When a server is killed: see `Outages`. */
  readonly outages?: ReadonlyArray<string>
}

/** A response with unvalidated JSON. */
export interface ControlResponse {
  readonly status: number
  readonly body: unknown
}

export interface World {
  readonly origin: string
  /** The link from `espalier enrollment-token create`. */
  readonly link: string
  readonly mac: Device.Device
  /** Another device with its own identity, for the same link. */
  readonly otherDevice: Device.Device
  /** The calls that the backend has received. */
  readonly calls: ReadonlyArray<BackendCalls.BackendCall>
  readonly outages: Outages.Outages
  /** The backend's control API. */
  readonly control: (method: "GET" | "POST" | "PUT", path: string, body?: unknown) => Effect.Effect<ControlResponse>
  /** `POST /api/push` to the server; then the device connects. Returns what it reported. */
  readonly push: (target: unknown) => Effect.Effect<ReadonlyArray<Device.Report>, SimulatorError | Schema.SchemaError>
  /** Any request to the server, without a client certificate in TLS. */
  readonly send: (
    method: string,
    path: string,
    headers: Record<string, string>,
    body: string,
  ) => Effect.Effect<{ readonly status: number; readonly body: string }>
  /** The current certificate authority in the data directory. */
  readonly authority: () => string
  /** Stops the servers. Returns their exit codes. */
  readonly stop: Effect.Effect<ReadonlyArray<number | null>>
  /** The output of the servers. */
  readonly logs: () => ReadonlyArray<string>
}

const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
const apiKey = "an-operators-key"
const backendKey = "ek_an-operators-key-too"

/** Generating keys is slow: the devices use these in turn. */
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
  const calls: Array<BackendCalls.BackendCall> = []
  const backendUrl = yield* Effect.orDie(backend)
  const webhookUrl = yield* Proxy.inFrontOfBackend(backendUrl, outages, BackendCalls.nameOf, (webhook, status) => {
    // The server's questions about capabilities are about no device.
    if (!webhook.body.includes('"ESPALIER-CAPABILITIES"')) calls.push(BackendCalls.callOf(webhook, status))
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
  if (setting.tls === "proxy") yield* Proxy.inFrontOfServer(first, port, tls, outages)

  let turn = 0
  /** Alternates between the servers, if there are two. */
  const route = () => (setting.tls === "own" ? (places[turn++ % places.length] ?? origin) : origin)
  let taken = 0
  const options = {
    ca: tls.cert,
    retrying: 10,
    route,
    newKey: () => Effect.fromNullishOr(deviceKeys[taken++ % deviceKeys.length]).pipe(Effect.orDie),
  }
  const mac = yield* Device.make({ ...options, kind: "Mac", seed: 1 })
  const otherDevice = yield* Device.make({ ...options, kind: "iPhone", seed: 2 })
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
    otherDevice,
    calls,
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
