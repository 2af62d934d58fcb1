/**
 * A hundred receivers, one of which never answers: what the others notice of it.
 */
import { type Bench, median } from "../Bench.ts"
import { path } from "./Job.ts"
import { onStage } from "./Participants.ts"
import * as Rounds from "./Rounds.ts"

const receivers = 100
const baseline = "all answer"
const milliseconds = (figures: ReadonlyArray<number | undefined>): string =>
  `${median(figures.map((figure) => figure ?? 0)).toFixed(0)} ms`

export const notificationsDeadReceiver: Bench = {
  name: "notifications-dead-receiver",
  run: ({ quick, progress }) =>
    onStage(async (stage) => {
      const { rounds, events } = quick ? { rounds: 1, events: 60 } : { rounds: 5, events: 200 }
      const interval = 50
      const participants: Array<Rounds.Participant> = []
      for (const silent of [undefined, path(0)]) {
        const label = silent === undefined ? baseline : "one never answers"
        progress(`starting: ${label}`)
        const run = await stage.service({
          url: stage.sqlite(),
          receiver: await stage.receiver(silent),
          integrations: receivers,
          concurrency: 10,
        })
        const attempts = events * (silent === undefined ? receivers : receivers - 1)
        participants.push({ label, rounds: [], run: () => run({ events, publishers: 1, interval, attempts }) })
      }
      await Rounds.run(participants, { rounds, progress })
      return {
        title: "A hundred receivers, one of which never answers",
        unit: "ms at p99, the others' deliveries",
        lessIsBetter: true,
        baseline,
        rows: participants.map(({ label, rounds }) => ({
          label,
          ours: true,
          figures: rounds.map(({ delayP99 = 0 }) => delayP99),
          cells: { p50: milliseconds(rounds.map(({ delayP50 }) => delayP50)) },
        })),
        remarks: [
          `An event to each of ${receivers} integrations every ${interval} ms, so ${(receivers * 1000) / interval} deliveries a second; 10 attempts at a time for each. SQLite.`,
          "From publishing to the recorded answer, of all that was answered, as the tables say it: in whole milliseconds.",
          `${rounds} interleaved rounds of ${events} events after one to warm up; medians of the rounds.`,
        ],
      }
    }),
}
