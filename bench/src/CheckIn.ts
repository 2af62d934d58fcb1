/**
 * The check-in: a request decoded, validated as a Scope, decided and answered, by the handler and by its peers.
 *
 * Every server is a process of its own on one core, the load comes from another, over the same number of kept-alive connections.
 * Rounds are interleaved, and each begins with another server. A server that answers wrongly is not measured.
 */
import { loadavg } from "node:os"
import { Secret, WebhookId, WebhookSignature } from "@espalier/signing"
import { Effect, Schema } from "effect"
import { type Bench, median, type Options, type Row } from "./Bench.ts"
import { type Child, cores, start } from "./Child.ts"
import * as Job from "./Job.ts"
import type { Task } from "./LoadGenerator.ts"

const secret = Effect.runSync(Secret.generateHmac)

interface Participant {
  readonly label: string
  readonly file: string
  readonly validates: boolean
  readonly ours?: true
  readonly signed?: true
}

const baseline = "node:http alone"

const participants: ReadonlyArray<Participant> = [
  { label: baseline, file: "servers/node.ts", validates: false },
  { label: "Fastify, JSON Schema", file: "servers/fastify.ts", validates: true },
  { label: "Hono, zod", file: "servers/hono.ts", validates: true },
  { label: "Espalier handler", file: "servers/handler.ts", validates: true, ours: true },
  { label: "Espalier handler, signed", file: "servers/handler.ts", validates: true, ours: true, signed: true },
]

const Listening = Schema.Struct({ port: Schema.Number })
const Usage = Schema.Struct({ cpuMicros: Schema.Number })
const Measured = Schema.Struct({
  requests: Schema.Number,
  seconds: Schema.Number,
  p50: Schema.Number,
  p99: Schema.Number,
})

interface Round {
  readonly perSecond: number
  readonly p50: number
  readonly p99: number
  /** Microseconds of the server's processor time a request. */
  readonly cpu: number
  /** How much of the time the server had its core. */
  readonly share: number
}

interface Runner extends Participant {
  readonly server: Child
  readonly port: number
  readonly rounds: Array<Round>
}

const connections = 16
/** A safety limit: no server here comes near it. */
const maxRequests = 2_000_000

const headersOf = (participant: Participant, body: string): Record<string, string> => ({
  "content-type": "application/json",
  ...(participant.signed === true
    ? Effect.runSync(
        WebhookSignature.signNow({
          id: Effect.runSync(WebhookId.make),
          body: new TextEncoder().encode(body),
          secrets: [secret],
        }),
      )
    : {}),
})

/** Asks once, and asks wrongly, before anything is measured. */
const check = async (runner: Runner): Promise<void> => {
  const ask = async (body: string) => {
    const headers = headersOf(runner, body)
    const response = await fetch(`http://127.0.0.1:${runner.port}${Job.path}`, { method: "POST", headers, body })
    return { status: response.status, text: await response.text() }
  }
  const { status, text } = await ask(Job.request)
  if (status !== 200 || text !== Job.answer) throw new Error(`${runner.label} answers ${status} ${text}`)
  if (!runner.validates) return
  for (const body of Job.invalidRequests) {
    const refused = await ask(body)
    if (refused.status !== 400) throw new Error(`${runner.label} answers ${refused.status} to ${body}`)
  }
}

const requestOf = (runner: Runner): string =>
  [
    `POST ${Job.path} HTTP/1.1`,
    `host: 127.0.0.1:${runner.port}`,
    ...Object.entries(headersOf(runner, Job.request)).map(([name, value]) => `${name}: ${value}`),
    `content-length: ${Job.request.length}`,
    "",
    Job.request,
  ].join("\r\n")

const usageOf = async (server: Child): Promise<number> => {
  server.send({})
  return (await server.next(Usage)).cpuMicros
}

const load = async (runner: Runner, generator: Child, milliseconds: number): Promise<Round> => {
  const before = await usageOf(runner.server)
  generator.send({ port: runner.port, bytes: requestOf(runner), connections, milliseconds, maxRequests } satisfies Task)
  const { requests, seconds, p50, p99 } = await generator.next(Measured, milliseconds + 10_000)
  const used = (await usageOf(runner.server)) - before
  return { perSecond: requests / seconds, p50, p99, cpu: used / requests, share: used / 1e6 / seconds }
}

const startRunner = async (participant: Participant, started: Array<Child>): Promise<Runner> => {
  const env = participant.signed === true ? { WEBHOOK_SECRET: Secret.format(secret) } : {}
  const server = start(participant.file, { core: cores?.server, env })
  started.push(server)
  return { ...participant, server, port: (await server.next(Listening)).port, rounds: [] }
}

const micros = (figures: ReadonlyArray<number>): string => `${median(figures).toFixed(0)} µs`

const rowOf = ({ label, ours, rounds }: Runner): Row => ({
  label,
  ours: ours === true,
  figures: rounds.map(({ perSecond }) => perSecond),
  cells: {
    p50: micros(rounds.map(({ p50 }) => p50)),
    p99: micros(rounds.map(({ p99 }) => p99)),
    "processor time a request": micros(rounds.map(({ cpu }) => cpu)),
    "share of its core": `${(100 * median(rounds.map(({ share }) => share))).toFixed(0)} %`,
  },
})

const run = async ({ quick, progress }: Options) => {
  const plan = quick ? { rounds: 1, warmUp: 500, each: 1000 } : { rounds: 5, warmUp: 2000, each: 4000 }
  const started: Array<Child> = []
  try {
    const generator = start("LoadGenerator.ts", { core: cores?.load })
    started.push(generator)
    const runners: Array<Runner> = []
    for (const participant of participants) {
      progress(`starting ${participant.label}`)
      const runner = await startRunner(participant, started)
      await check(runner)
      await load(runner, generator, plan.warmUp)
      runners.push(runner)
    }
    const [busyBefore = 0] = loadavg()
    for (let round = 0; round < plan.rounds; round++) {
      for (let turn = 0; turn < runners.length; turn++) {
        const runner = runners[(round + turn) % runners.length]
        if (runner === undefined) continue
        progress(`round ${round + 1} of ${plan.rounds}: ${runner.label}`)
        runner.rounds.push(await load(runner, generator, plan.each))
      }
    }
    return {
      title: "A check-in, decoded, decided and answered",
      unit: "requests/s",
      baseline,
      rows: runners.map(rowOf),
      remarks: [
        `Each server is a process of its own; ${cores === undefined ? "nothing is pinned to a core" : "all share one core, the load has another"}.`,
        `${connections} kept-alive connections, a new request as soon as the answer is there; ${plan.rounds} interleaved rounds of ${plan.each / 1000} s after ${plan.warmUp / 1000} s to warm up; medians of the rounds.`,
        "Processor time a request is the server's own, user and system together. It suffers less than the rest where the machine has other work: there a server gets less than its whole core.",
        "node:http alone validates nothing; the others refuse what is no Scope. Signed: Standard Webhooks, HMAC-SHA256 over the body.",
        `Load average before the first round: ${busyBefore.toFixed(1)}.`,
      ],
    }
  } finally {
    for (const child of started) child.stop()
  }
}

export const checkIn: Bench = { name: "check-in", run }
