/**
 * Durable deliveries a second, from publishing to the recorded answer, beside a loop of `undici` that posts the same bodies and keeps nothing.
 *
 * Every publisher publishes the next event as soon as its last one is accepted, and never waits for a delivery; a round is over when all
 * that was published is delivered and recorded. A delivery is one event for one integration.
 */
import { loadavg } from "node:os"
import { type Bench, median, type Options, type Report, type Row } from "../Bench.ts"
import { onStage, type Stage } from "./Participants.ts"
import * as Rounds from "./Rounds.ts"

interface Participant extends Rounds.Participant {
  readonly ours?: true
}

const concurrency = 128
const baseline = "undici, request"

const milliseconds = (figures: ReadonlyArray<number | undefined>): string => {
  const known = figures.filter((figure) => figure !== undefined)
  return known.length === 0 ? "" : `${median(known).toFixed(1)} ms`
}

const rowOf = ({ label, ours, rounds }: Participant): Row => ({
  label,
  ours: ours === true,
  figures: rounds.map(({ deliveries, seconds }) => deliveries / seconds),
  cells: {
    "publish p50": milliseconds(rounds.map(({ publishP50 }) => publishP50)),
    "publish p99": milliseconds(rounds.map(({ publishP99 }) => publishP99)),
    "processor time a delivery": `${median(rounds.map(({ cpuMicros, deliveries }) => cpuMicros / deliveries)).toFixed(0)} µs`,
  },
})

const measure = async (
  participants: ReadonlyArray<Participant>,
  rounds: number,
  progress: Options["progress"],
): Promise<ReadonlyArray<Row>> => {
  await Rounds.run(participants, { rounds, progress })
  return participants.map(rowOf)
}

const loop = async (stage: Stage, receiver: string | undefined, api: "request" | "dispatch", posts: number) => {
  const run = await stage.loop(receiver)
  return { label: `undici, ${api}`, rounds: [], run: () => run({ posts, concurrency, api }) }
}

const service = async (
  stage: Stage,
  label: string,
  options: { readonly url: string; readonly receiver: string | undefined; readonly integrations: number },
  deliveries: number,
): Promise<Participant> => {
  const run = await stage.service({ ...options, concurrency })
  const events = deliveries / options.integrations
  return {
    label,
    ours: true,
    rounds: [],
    run: () => run({ events, publishers: concurrency, attempts: deliveries }),
  }
}

const remarks = (rounds: number, deliveries: number): ReadonlyArray<string> => [
  `${concurrency} publishers at a time, ${concurrency} attempts at a time for each integration, ${concurrency} posts at a time in the loops; bodies of 560 bytes.`,
  `${rounds} interleaved rounds of ${deliveries} deliveries after one to warm up; medians.`,
  "Each delivery is published and committed, signed, posted over kept-alive connections, answered 204, and its attempt committed. SQLite: a file, synchronous = FULL. PostgreSQL: its defaults, fsync on.",
  "publish p50, p99: how long a publisher waits for the commit while all this goes on.",
]

const plan = (quick: boolean) => (quick ? { rounds: 1, deliveries: 3000 } : { rounds: 5, deliveries: 20_000 })

const apart = ({ quick, progress }: Options): Promise<Report> =>
  onStage(async (stage) => {
    const { rounds, deliveries } = plan(quick)
    const receiver = await stage.receiver()
    const sqlite = (integrations: number) => ({ url: stage.sqlite(), receiver, integrations })
    progress("starting PostgreSQL")
    const freshDatabase = await stage.postgres()
    const one = { url: await freshDatabase(), receiver, integrations: 1 }
    const two = { url: await freshDatabase(), receiver, integrations: 1 }
    const participants = [
      await loop(stage, receiver, "request", deliveries),
      await loop(stage, receiver, "dispatch", deliveries),
      await service(stage, "SQLite", sqlite(1), deliveries),
      await service(stage, "SQLite, each event to 10 integrations", sqlite(10), deliveries),
      await service(stage, "PostgreSQL, one worker", one, deliveries),
      await service(stage, "PostgreSQL, two workers", two, deliveries),
    ]
    // It publishes nothing: it works for the last one's publishers.
    await stage.service({ ...two, integrations: 0, concurrency })
    const [busy = 0] = loadavg()
    return {
      title: "Deliveries, from publishing to the recorded answer",
      unit: "deliveries/s",
      baseline,
      rows: await measure(participants, rounds, progress),
      remarks: [
        ...remarks(rounds, deliveries),
        "The receiver is a process of its own on another core. Loops and SQLite have one core; PostgreSQL's processes and workers share both with it. Processor time is the measured process's own, not the receiver's, PostgreSQL's or a second worker's.",
        `Load average before the first round: ${busy.toFixed(1)}.`,
      ],
    }
  })

const together = ({ quick, progress }: Options): Promise<Report> =>
  onStage(async (stage) => {
    const { rounds, deliveries } = plan(quick)
    const participants = [
      await loop(stage, undefined, "request", deliveries),
      await service(stage, "SQLite", { url: stage.sqlite(), receiver: undefined, integrations: 1 }, deliveries),
    ]
    const [busy = 0] = loadavg()
    return {
      title: "Deliveries, the receiver in the same process",
      unit: "deliveries/s",
      baseline,
      rows: await measure(participants, rounds, progress),
      remarks: [
        ...remarks(rounds, deliveries),
        "One process on one core does it all, receiving too; its processor time includes that.",
        `Load average before the first round: ${busy.toFixed(1)}.`,
      ],
    }
  })

export const notifications: Bench = { name: "notifications", run: apart }
export const notificationsOneProcess: Bench = { name: "notifications-one-process", run: together }
